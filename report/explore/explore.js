// Any tracked model or organisation, up to five together, from the data that the build leaves in models.js.

(() => {
  const MOST = 5, SHOWN = 12;
  const LOOKS = [["#6A24B3", [], "o"], ["#C0392B", [6, 1.6], "s"], ["#2E6FB7", [3, 1.4], "D"], ["#C78A00", [6, 1.4, 1, 1.4], "^"], ["#3E7D2B", [1, 1.1], "v"]];
  const element = (name, attributes = {}, ...children) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(...children.filter((child) => child != null));
    return made;
  };
  const tenths = (value) => value == null ? "" : value >= 999500 ? `${(value / 1e6).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })}M`
    : value >= 999.5 ? `${Math.round(value / 1e3)}K` : `${Math.round(value)}`;
  const fixed = (value) => value == null ? "" : value.toFixed(2);
  const times = (value) => value == null ? "" : `${fixed(value)}×`;
  const range = (low, high) => low == null && high == null ? "" : `${fixed(low)}–${fixed(high)}`;
  const ORGANISATION = "organisation:";

  globalThis.atomModels = (data) => {
    const facts = (model) => Object.fromEntries(data.facts.map((name, place) => [name, data.models[model][place]]));
    const names = [...Object.keys(data.organisations).map((name) => ({ key: ORGANISATION + name, label: name, kind: "organisation" })),
      ...Object.keys(data.models).map((name) => ({ key: name, label: name, kind: facts(name).organisation ?? "" }))]
      .map((entry) => ({ ...entry, plain: plain(`${entry.label} ${entry.kind}`) }));
    const known = new Map(names.map((entry) => [entry.key, entry]));
    // An address that somebody cut or typed may be no code at all: what cannot be read names no model.
    const decoded = (text) => { try { return decodeURIComponent(text); } catch { return ""; } };
    const asked = () => location.hash.slice(1).split(",").map(decoded).filter((key) => known.has(key)).slice(0, MOST);
    let chosen = asked();

    // Choosing ------------------------------------------------------------------------------------------------
    const field = element("input", { type: "search", id: "explore-field", autocomplete: "off", placeholder: "A model or an organisation" });
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "explore-list", "aria-autocomplete": "list", "aria-label": "A model or an organisation" })) field.setAttribute(name, value);
    const list = element("ul", { id: "explore-list", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Models and organisations");
    const chips = element("ul", { className: "explore-chips" });
    const note = element("p", { className: "explore-note" });
    note.setAttribute("role", "status");
    document.getElementById("chosen").append(field, list, note, chips);
    let options = [], active = -1;

    function offer() {
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      const matches = words.length ? names.filter((entry) => words.every((word) => entry.plain.includes(word)) && !chosen.includes(entry.key)) : [];
      const starts = (entry) => plain(entry.label.split("/").at(-1)).startsWith(words[0] ?? "") ? 0 : 1;
      options = matches.sort((one, other) => starts(one) - starts(other) || one.label.length - other.label.length).slice(0, SHOWN);
      active = -1;
      list.replaceChildren(...options.map((entry, number) => {
        const item = element("li", { id: `option-${number}` }, entry.label, " ", element("small", {}, entry.kind));
        item.setAttribute("role", "option");
        item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(entry.key); });
        return item;
      }));
      list.hidden = !options.length;
      field.setAttribute("aria-expanded", String(!list.hidden));
      note.textContent = !words.length ? "" : matches.length > SHOWN ? `First ${SHOWN} of ${matches.length}` : matches.length ? "" : "No tracked model or organisation has this name";
    }

    function mark(step) {
      if (!options.length) return;
      active = (active + step + options.length) % options.length;
      [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === active)));
      field.setAttribute("aria-activedescendant", `option-${active}`);
    }

    function choose(key) {
      if (chosen.length === MOST) { note.textContent = `At most ${MOST} together: take one out first`; return; }
      chosen = [...chosen, key];
      field.value = "";
      offer();
      show();
    }

    field.addEventListener("input", offer);
    field.addEventListener("blur", () => { list.hidden = true; });
    field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(event.key === "ArrowDown" ? 1 : -1); }
      if (event.key === "Enter" && options.length) { event.preventDefault(); choose(options[Math.max(active, 0)].key); }
      if (event.key === "Escape") { field.value = ""; offer(); }
    });

    // Answers -------------------------------------------------------------------------------------------------
    const series = (key) => key.startsWith(ORGANISATION) ? data.organisations[key.slice(ORGANISATION.length)] : data.downloads[key];
    const style = (number) => { const [colour, dash, marker] = LOOKS[number]; return { colour, dash, marker, hollow: false }; };

    function line(key, number, column) {
      const found = series(key);
      if (!found) return null;
      const [first, ...columns] = found;
      const y = columns[column], x = data.months.slice(first, first + y.length);
      const said = y.map(tenths), last = y.findLastIndex((value) => value != null);
      return last < 0 ? null : { kind: "line", name: known.get(key).label, end: "", ...style(number), x, y, said };
    }

    function panel(title, column) {
      return { title, unit: "downloads", across: "dates", ticks: [], bounds: [0, null], log: 10, level: null, notes: [], eras: [], totals: [],
        marks: chosen.map((key, number) => line(key, number, column)).filter(Boolean) };
    }

    const scored = (model) => (data.scores[model] ?? []).map((row) => Object.fromEntries(data.scored.map((name, place) => [name, row[place]])));

    function adoption() {
      const marks = chosen.map((key, number) => {
        const rows = scored(key).filter((row) => row.score != null);
        return rows.length ? { kind: "points", name: known.get(key).label, end: "", ...style(number), x: rows.map((row) => row.milestone_days), y: rows.map((row) => row.score), said: rows.map((row) => times(row.score)) } : null;
      }).filter(Boolean);
      const ticks = [...new Set(data.reference.map((row) => row[data.bands.indexOf("milestone_days")]))].sort((one, other) => one - other);
      return { title: "RAM score by days since release", unit: "multiple", across: "days", ticks, bounds: [null, null], log: 2, level: 1, notes: [], eras: [], totals: [], marks };
    }

    function table(heads, rows, caption) {
      const cells = (row, tag) => row.map((value) => element(tag, {}, value == null ? "" : String(value)));
      const box = element("div", { className: "table-box", tabIndex: 0 }, element("table", {}, element("caption", {}, caption),
        element("thead", {}, element("tr", {}, ...cells(heads, "th"))), element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row, "td"))))));
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", caption);
      return box;
    }

    function about() {
      return table(["Name", "Organisation", "Region", "Parameters", "Size", "Released", "Downloads", "Place"], chosen.map((key) => {
        const found = series(key), total = tenths(found?.[1].at(-1));
        if (key.startsWith(ORGANISATION)) return [known.get(key).label, "", "", "", "", "", total, ""];
        const { organisation, region, bucket, parameters_b, released, rank, ranked } = facts(key);
        return [key, organisation, region, parameters_b == null ? "unknown" : `${parameters_b}B`, bucket ?? "unknown", released ?? "unknown", total, rank == null ? "" : `${rank} of ${ranked}`];
      }), `What is known, at ${data.months.at(-1)}`);
    }

    function milestones() {
      const bands = new Map(data.reference.map((row) => [`${row[0]}/${row[1]}`, row]));
      const rows = chosen.flatMap((key) => scored(key).map((row) => {
        const band = bands.get(`${facts(key).bucket}/${row.milestone_days}`);
        return [key, row.milestone_days, tenths(row.downloads), fixed(row.score), range(row.interval_low, row.interval_high),
          band && band[3] != null ? `${tenths(band[3])} (${tenths(band[4])}–${tenths(band[5])}; ${band[2]})` : "", row.state.replaceAll("-", " ")];
      }));
      return rows.length ? table(["Model", "Days", "Downloads", "RAM", "Interval", "Median of the set (middle half; models)", "Data"], rows, "RAM at the milestones") : null;
    }

    function download() {
      const quoted = (value) => { const text = value == null ? "" : String(value); return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text; };
      const rows = [["name", "month", "downloads_cumulative", "downloads"]];
      for (const key of chosen) {
        const [first, total, fresh] = series(key) ?? [0, [], []];
        total.forEach((value, row) => rows.push([known.get(key).label, data.months[first + row], value, fresh[row]]));
      }
      const text = rows.map((row) => row.map(quoted).join(",")).join("\n");
      return element("a", { href: URL.createObjectURL(new Blob([`${text}\n`], { type: "text/csv" })), download: "atom-models.csv", textContent: "Data (CSV)" });
    }

    function figure(id, panels, caption) {
      const filled = panels.filter((one) => one.marks.length);
      if (!filled.length) return null;
      const made = element("figure", { id, className: "exhibit" }, element("div", { className: "picture" }), element("figcaption", {}, caption));
      requestAnimationFrame(() => atomChart(id, { below: [document.querySelector(".data-label").textContent], xTitle: "Days since release", columns: 1, shared: false, panels: filled }));
      return made;
    }

    function show() {
      chips.replaceChildren(...chosen.map((key) => {
        const button = element("button", { type: "button", textContent: `${known.get(key).label} ×` });
        button.setAttribute("aria-label", `Take ${known.get(key).label} out`);
        button.addEventListener("click", () => { chosen = chosen.filter((other) => other !== key); show(); });
        return element("li", {}, button);
      }));
      history.replaceState(null, "", chosen.length ? `#${chosen.map(encodeURIComponent).join(",")}` : location.pathname);
      document.getElementById("answers").replaceChildren(...(chosen.length ? [
        about(),
        figure("fig-explore-downloads", [panel("Cumulative downloads", 0), panel("New downloads per month", 1)], "Downloads by month label."),
        figure("fig-explore-ram", [adoption()], "RAM scores. 1× is the median of the reference set of the model's size."),
        milestones(),
        element("p", { className: "figure-links" }, download()),
      ].filter(Boolean) : [element("p", { textContent: "Nothing is chosen yet." })]));
    }

    addEventListener("hashchange", () => {
      if (asked().join() !== chosen.join()) { chosen = asked(); show(); }
    });
    show();
  };
})();
