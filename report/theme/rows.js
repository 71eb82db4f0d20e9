// Long tables of a page of its own: choosing rows by words and by what columns of few values hold, and the address of a row.

(() => {
  const LONG = 20, FEW = 16;
  const element = (name, attributes, ...children) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(...children);
    return made;
  };

  // What a column of few values holds, in order; null for a column of many, of numbers, or of one.
  function values(rows, column) {
    const found = new Set();
    for (const row of rows) {
      found.add(row.cells[column].textContent.trim());
      if (found.size > FEW) return null;
    }
    const told = [...found].filter(Boolean).sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
    return found.size > 1 && told.length && told.some((text) => Number.isNaN(Number(text.replace("–", "")))) ? told : null;
  }

  function choosing(figure, table, rows) {
    const texts = rows.map((row) => plain([...row.cells].map((cell) => cell.textContent).join(" ")));
    const field = element("input", { type: "search", autocomplete: "off", placeholder: "Words in a row" });
    field.setAttribute("aria-label", "Show rows with these words");
    const count = element("p", { className: "rows-count" });
    count.setAttribute("role", "status");
    const lists = [...table.tHead.rows[0].cells].flatMap((head, column) => {
      const told = values(rows, column);
      if (!told) return [];
      const name = head.textContent.trim();
      const list = element("select", {}, element("option", { value: "", textContent: `${name}: all` }),
        ...told.map((text) => element("option", { value: text, textContent: text })));
      list.setAttribute("aria-label", name);
      list.addEventListener("change", show);
      return [{ list, column }];
    });

    function show() {
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      const asked = lists.filter(({ list }) => list.value);
      let shown = 0;
      rows.forEach((row, place) => {
        row.hidden = !words.every((word) => texts[place].includes(word))
          || !asked.every(({ list, column }) => row.cells[column].textContent.trim() === list.value);
        shown += !row.hidden;
      });
      count.textContent = shown === rows.length ? `${rows.length} rows` : `${shown} of ${rows.length} rows`;
    }

    function all() {
      field.value = "";
      for (const { list } of lists) list.value = "";
      show();
    }

    field.addEventListener("input", show);
    const form = element("div", { className: "rows-form" }, field, ...lists.map(({ list }) => list), count);
    figure.querySelector(".table-box").before(form);
    show();
    return all;
  }

  // A row with an anchor has its address at its end.
  function addressed(row) {
    const link = element("a", { className: "row-link", href: `#${encodeURIComponent(row.id)}`, textContent: "#" });
    link.setAttribute("aria-label", `Address of this row: ${row.cells[0].textContent.trim()}`);
    row.cells[0].append(" ", link);
  }

  const everything = [];
  for (const table of document.querySelectorAll("figure.tabular table")) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length >= LONG) everything.push(choosing(table.closest("figure"), table, rows));
    for (const row of rows) if (row.id) addressed(row);
  }

  // Whoever comes by an address, or from the search, sees the row, whatever was chosen before.
  function arrive() {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!row?.matches("tr")) return;
    if (row.hidden) for (const all of everything) all();
    row.scrollIntoView({ block: "center" });
  }
  addEventListener("hashchange", arrive);
  document.querySelector(".search")?.addEventListener("click", () => { for (const all of everything) all(); });
  arrive();
})();
