// The page's pen: draws the chart that `helpers/figures/chart.py` describes in place of its picture, which stays for
// print and for browsers without scripts. Every value is said in the description's own words.

(() => {
  const WIDE = 560, LINE = 17, CHARACTER = 7.2;
  const SHAPES = { o: "Circle", s: "Square", "^": "Triangle", v: "Triangle", D: "Diamond", d: "Diamond", "*": "Star" };

  const element = (name, attributes = {}, ...children) => {
    const svg = ["svg", "g", "path", "line", "rect", "text"].includes(name);
    const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value != null) made.setAttribute(key, value);
    made.append(...children.filter((child) => child != null));
    return made;
  };
  const day = (iso) => Date.parse(`${iso}T00:00:00Z`);
  const said = (time, options) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }).format(time).replace("Sept ", "Sep ");
  const amount = (value) => {
    const [size, unit] = [[1e9, "B"], [1e6, "M"], [1e3, "K"]].find(([least]) => Math.abs(value) >= least) ?? [1, ""];
    return `${Number((value / size).toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 3 })}${unit}`;
  };
  const TICKS = { share: (value) => `${Number((100 * value).toPrecision(4))}%`, multiple: (value) => `${value}×`, points: (value) => value.toLocaleString("en") };
  const tick = (panel) => TICKS[panel.unit] ?? amount;
  const text = (x, y, words, attributes) => element("text", { x, y, ...attributes }, words);

  // Places on the axis across at which values are read: dates, days or categories, in order.
  function places(chart) {
    const { across } = chart.panels[0];
    const found = new Set(across === "ranks" ? [] : chart.panels.flatMap((panel) => panel.ticks));
    if (!found.size) {
      for (const panel of chart.panels) for (const mark of panel.marks) {
        if (mark.kind !== "fit") (mark.at ?? mark.x).forEach((x) => found.add(x));
      }
    }
    const all = [...found];
    return across === "ranks" ? all.sort((one, other) => one - other) : across === "dates" ? all.sort() : all;
  }

  function named(chart, place) {
    const panel = chart.panels[0];
    if (panel.across === "categories") return place;
    if (panel.across === "ranks") return `${place} / ${places(chart).length}`;
    if (panel.across === "days") return `${place} ${chart.xTitle.charAt(0).toLowerCase()}${chart.xTitle.slice(1)}`;
    const month = panel.marks.some((mark) => mark.kind === "bars");
    return said(day(place), month ? { month: "long", year: "numeric" } : { day: "numeric", month: "long", year: "numeric" });
  }

  // Which row of a series is read at a place: the last one before it where a value holds on, else the one just there.
  function rowAt(mark, place) {
    const keys = mark.at ?? mark.x;
    return mark.kind === "step" ? keys.findLastIndex((key) => key <= place) : keys.indexOf(place);
  }
  const valueAt = (mark, place) => mark.all ? mark.all.map((one) => valueAt(one, place)).filter((words) => words !== "–").join(" · ") || "–"
    : mark.said[rowAt(mark, place)] || "–";
  // How many of the models that a value is about were read, where the series tells it.
  function readAt(mark, place) {
    const row = mark.tracked ? rowAt(mark, place) : -1;
    return row >= 0 && mark.tracked[row] ? ` (${mark.read[row]} of ${mark.tracked[row]} models read)` : "";
  }

  class Live {
    constructor(figure, chart) {
      this.chart = chart;
      this.hidden = new Set();
      this.places = places(chart);
      const known = this.places.map((place) => chart.panels.flatMap((panel) => panel.marks).filter((mark) => valueAt(mark, place) !== "–").length);
      const own = chart.panels[0].across === "ranks" ? this.places.indexOf(chart.panels[0].marks.at(-1).x[0]) : -1;
      this.at = own < 0 ? known.lastIndexOf(Math.max(...known)) : own;
      this.log = chart.panels[0].across === "days" && chart.panels[0].log > 1;
      this.body = element("div", { class: "chart" });
      this.build();
      figure.querySelector(".picture").after(this.body);
      figure.classList.add("live");
      this.width = this.body.clientWidth;
      this.draw();
      new ResizeObserver(([entry]) => {
        if (entry.contentRect.width !== this.width) { this.width = entry.contentRect.width; this.draw(); }
      }).observe(this.body);
    }

    build() {
      const { chart } = this;
      const tools = element("div", { class: "chart-tools" });
      const toggle = (words, pressed, act) => {
        const button = element("button", { type: "button", "aria-pressed": pressed }, words);
        button.addEventListener("click", () => {
          const on = button.getAttribute("aria-pressed") !== "true";
          button.setAttribute("aria-pressed", on);
          act(on);
        });
        tools.append(button);
      };
      toggle("Table", false, (on) => { this.body.classList.toggle("tabled", on); if (on) this.tabulate(); });
      const lines = (panel) => panel.marks.every((mark) => mark.kind === "line") && panel.unit === "downloads";
      if (this.log || chart.panels.every(lines)) toggle("Log scale", this.log, (on) => { this.log = on; this.draw(); });
      this.views = chart.panels.map((panel) => this.view(panel));
      const grid = element("div", { class: `chart-panels columns-${chart.columns}` }, ...this.views.map((view) => view.box));
      this.tables = element("div", { class: "chart-table", tabindex: 0, role: "region", "aria-label": "Values" });
      this.output = element("output", {});
      this.range = element("input", { type: "range", min: 0, max: this.places.length - 1, step: 1, value: this.at });
      this.range.setAttribute("aria-label", "Values at");
      this.range.addEventListener("input", () => this.move(Number(this.range.value)));
      const reader = element("div", { class: "chart-reader" }, this.range, this.output);
      this.body.append(tools, grid, this.tables, reader,
        ...chart.below.map((words) => element("p", { class: "chart-below" }, words)));
    }

    view(panel) {
      const chips = element("ul", { class: "chart-series" });
      const view = { panel, values: new Map() };
      if (panel.across === "ranks") {
        const value = element("span", { class: "chart-value" });
        view.values.set({ name: panel.title, all: panel.marks }, value);
        chips.append(element("li", {}, value));
      } else for (const mark of panel.marks) {
        if (mark.kind === "fit") continue;
        const value = element("span", { class: "chart-value" });
        const button = element("button", { type: "button", "aria-pressed": true },
          this.swatch(mark), element("span", { class: "chart-name" }, mark.name), value);
        button.addEventListener("click", () => {
          const key = `${panel.title}/${mark.name}`;
          this.hidden.has(key) ? this.hidden.delete(key) : this.hidden.add(key);
          button.setAttribute("aria-pressed", !this.hidden.has(key));
          this.draw();
        });
        view.values.set(mark, value);
        chips.append(element("li", {}, button));
      }
      view.svg = element("svg", { role: "img", "aria-label": panel.title });
      view.box = element("div", { class: "chart-panel" }, element("p", { class: "chart-title" }, panel.title), view.svg, chips);
      const follow = (event) => this.move(this.nearest(view, event));
      view.svg.addEventListener("pointermove", follow);
      view.svg.addEventListener("pointerdown", follow);
      return view;
    }

    swatch(mark) {
      const svg = element("svg", { class: "chart-swatch", viewBox: "0 0 22 10", "aria-hidden": "true" });
      svg.style.setProperty("--series", mark.colour);
      if (mark.kind === "bars") svg.append(element("rect", { x: 4, width: 12, height: 10, class: "fill" }));
      else svg.append(element("line", { x1: 0, x2: 22, y1: 5, y2: 5, class: "stroke", ...this.dash(mark) }), this.marker(mark, 11, 5));
      return svg;
    }

    dash(mark) {
      return { "stroke-dasharray": mark.dash.length ? mark.dash.map((part) => part * 2).join(" ") : null };
    }

    marker(mark, x, y) {
      const shape = d3.symbol(d3[`symbol${SHAPES[mark.marker] ?? "Cross"}`], 38)();
      const turned = mark.marker === "v" ? " rotate(180)" : "";
      return element("path", { d: shape, transform: `translate(${x},${y})${turned}`, class: mark.hollow ? "hollow" : "fill" });
    }

    shown(view) {
      return view.panel.marks.filter((mark) => !this.hidden.has(`${view.panel.title}/${mark.name}`));
    }

    draw() {
      if (!this.width) return;
      for (const view of this.views) {
        view.width = view.box.clientWidth;
        view.svg.replaceChildren();
        const draw = { categories: this.sideways, ranks: this.ranked }[view.panel.across] ?? this.along;
        draw.call(this, view);
      }
      this.move(this.at);
    }

    // One series on another's end: where each bar stands among those that are shown.
    stack(marks) {
      const tops = new Map();
      return marks.map((mark) => mark.x.map((x, row) => {
        const from = tops.get(x) ?? 0;
        tops.set(x, from + (mark.y[row] ?? 0));
        return [from, from + (mark.y[row] ?? 0)];
      }));
    }

    along(view) {
      const { panel } = view;
      const marks = this.shown(view);
      const wide = view.width >= WIDE;
      const ends = wide ? marks.filter((mark) => mark.end) : [];
      const right = ends.length ? Math.min(190, CHARACTER * Math.max(...ends.map((mark) => mark.end.length)) + 16) : 14;
      const box = { left: 46, right: view.width - right, edge: view.width };
      const height = panel.across === "days" && this.chart.columns > 1 ? 190 : this.chart.panels.length > 1 ? (wide ? 260 : 220) : wide ? 330 : 260;
      box.bottom = height - 26;
      const x = this.across(panel, box);
      view.notes = this.notes(panel, x, box);
      box.top = 10 + LINE * Math.max(0, ...view.notes.map((note) => note.row + 1));
      const stacks = marks.some((mark) => mark.kind === "bars") ? this.stack(marks) : null;
      const y = this.up(panel, marks, stacks, box);
      Object.assign(view, { x, y });
      view.svg.setAttribute("viewBox", `0 0 ${view.width} ${height}`);
      view.svg.setAttribute("height", height);
      this.axes(view, x, y, box, wide);
      const step = d3.line().x((point) => x(point[0])).y((point) => y(point[1])).defined((point) => point[1] != null && point[1] > (y.positive ? 0 : -Infinity));
      marks.forEach((mark, number) => {
        const group = element("g", { class: `mark-${mark.kind}` });
        group.style.setProperty("--series", mark.colour);
        const at = mark.x.map((value) => this.place(panel, value));
        if (mark.low) group.append(element("path", { class: "band", d: d3.area().x((_, i) => x(at[i])).y0((_, i) => y(mark.low[i])).y1((_, i) => y(mark.high[i])).defined((_, i) => mark.low[i] != null)(mark.low) }));
        if (mark.kind === "bars") {
          at.forEach((from, row) => {
            const [low, high] = stacks[number][row];
            const left = x(from), to = x(day(mark.x_end[row]));
            if (high > low) group.append(element("rect", { class: "fill", x: left + 0.5, width: Math.max(to - left - 1, 1), y: y(high), height: y(low) - y(high) }));
          });
        } else {
          const curve = mark.kind === "step" ? step.curve(d3.curveStepAfter) : step.curve(d3.curveLinear);
          group.append(element("path", { class: "stroke", d: curve(at.map((value, row) => [value, mark.y[row]])), ...this.dash(mark) }));
          const rows = mark.kind === "fit" ? [] : mark.kind === "line" ? [mark.y.findLastIndex((value) => value != null)]
            : at.map((_, row) => row).filter((row) => mark.kind === "points" || mark.y[row] !== mark.y[row - 1]);
          for (const row of rows) if (mark.y[row] != null) group.append(this.marker(mark, x(at[row]), y(mark.y[row])));
        }
        view.svg.append(group);
      });
      if (wide) this.ends(view, ends, stacks, marks, x, y, box);
      view.cursor = element("line", { class: "cursor", y1: box.top, y2: box.bottom });
      view.svg.append(view.cursor);
    }

    // Words of notes above the panel, each in the lowest row, and on the side of its day, where it meets no other.
    notes(panel, x, box) {
      const placed = [];
      for (const note of panel.notes) {
        const at = x(day(note.x)), width = 6.4 * note.text.length;
        const sides = [at + 4, at - 4 - width].filter((start) => start >= 0 && start + width <= Math.min(box.right + 40, box.edge));
        const free = (row, start) => placed.every((other) => (other.row === row ? start + width + 6 < other.start || other.start + other.width + 6 < start
          : row > other.row || at < other.start - 2 || at > other.start + other.width + 2));
        const [row, start] = [0, 1, 2, 3].flatMap((level) => sides.map((side) => [level, side])).find(([level, side]) => free(level, side)) ?? [placed.length, sides[0] ?? 0];
        placed.push({ at, start, row, width, words: note.text });
      }
      return placed;
    }

    place(panel, value) {
      return panel.across === "dates" ? day(value) : value;
    }

    across(panel, box) {
      const range = [box.left, box.right];
      if (panel.across === "days") return d3.scaleLog([Math.min(...panel.ticks), Math.max(...panel.ticks)], range);
      const all = this.chart.panels.flatMap((one) => one.marks.flatMap((mark) => [...mark.x, ...(mark.x_end ?? [])])).map(day);
      const [first, last] = [Math.min(...all), Math.max(...all)];
      return d3.scaleUtc(first === last ? [first - 13e8, last + 13e8] : [first, last], range);
    }

    up(panel, marks, stacks, box) {
      const together = this.chart.shared ? this.views.map((view) => this.shown(view)) : [marks];
      const values = stacks ? together.flatMap((one) => this.stack(one).flat(2))
        : together.flat().flatMap((mark) => [...mark.y, ...(mark.low ?? []), ...(mark.high ?? [])]);
      if (panel.level != null) values.push(panel.level);
      const known = values.filter((value) => value != null);
      const range = [box.bottom, box.top];
      const positive = known.filter((value) => value > 0);
      if (this.log && positive.length) {
        const low = Math.min(...positive), high = Math.max(...positive);
        const scale = d3.scaleLog([low / 1.15, high * 1.15], range).base(panel.log);
        return Object.assign(scale, { positive: true });
      }
      const floor = panel.bounds[0] ?? (stacks || panel.across === "days" ? 0 : null);  // bars stand on the axis
      const low = floor ?? Math.min(...known), high = panel.bounds[1] ?? Math.max(...known, low + 1e-9);
      const room = panel.bounds[1] == null ? (high - low) * 0.04 : 0;
      return d3.scaleLinear([floor == null ? low - room : low, high + room], range);
    }

    axes(view, x, y, box, wide) {
      const { panel, svg } = view;
      for (const era of panel.eras) {
        const [from, to] = [x(day(era.x)), x(day(era.xEnd))];
        const rect = element("rect", { class: "era", x: from, width: to - from, y: box.top, height: box.bottom - box.top });
        rect.style.setProperty("--series", era.colour);
        svg.append(rect, text((from + to) / 2, box.top + 11, era.name, { class: "note", "text-anchor": "middle" }));
      }
      const count = Math.max(2, Math.floor((box.bottom - box.top) / 55));
      let rows = y.ticks(y.positive ? 4 : count);
      if (y.positive && rows.length > 7) rows = rows.filter((value) => Number.isInteger(Math.log10(value)));
      for (const value of rows) {
        svg.append(element("line", { class: "grid", x1: box.left, x2: box.right, y1: y(value), y2: y(value) }));
        svg.append(text(box.left - 6, y(value) + 4, tick(panel)(value), { class: "tick", "text-anchor": "end" }));
      }
      if (panel.level != null) svg.append(element("line", { class: "level", x1: box.left, x2: box.right, y1: y(panel.level), y2: y(panel.level) }));
      if (panel.across === "days") {
        let free = -Infinity;
        for (const value of panel.ticks) {
          if (x(value) < free) continue;
          free = x(value) + 24;
          svg.append(text(x(value), box.bottom + 17, value, { class: "tick", "text-anchor": "middle" }));
        }
      } else this.dates(view, x, box, wide);
      for (const { at, start, row, words } of view.notes) {
        const y = box.top - 5 - LINE * row;
        svg.append(element("line", { class: "rule", x1: at, x2: at, y1: y - 11, y2: box.bottom }));
        svg.append(text(start, y, words, { class: "note" }));
      }
      svg.append(element("line", { class: "rule", x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }));
    }

    // Names of months stand at the month's first day; those of bars under the middle of the bar.
    dates(view, x, box, wide) {
      const [first, last] = x.domain().map(Number);
      const bars = view.panel.marks.some((mark) => mark.kind === "bars");
      const months = [];
      for (let at = new Date(first), month = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1)); month <= last;
        month = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1))) {
        const place = Number(month) + (bars ? 14 * 864e5 : 0);
        if (place >= first && place <= last) months.push([month, place]);
      }
      const most = Math.max(2, Math.floor((box.right - box.left) / 84));
      const step = [1, 2, 3, 6].find((size) => months.length / size <= most) ?? 12;
      const named = months.filter(([month]) => month.getUTCMonth() % step === 0);
      const labels = named.length > 0 ? named.map(([month, place]) => [place, said(month, { month: "short", year: "numeric" })])
        : [first, last].map((place) => [place, said(place, { day: "numeric", month: "short", year: "numeric" })]);
      for (const [place, words] of labels) {
        const at = Math.min(Math.max(x(place), box.left + 20), view.width - 30);
        view.svg.append(text(at, box.bottom + 17, words, { class: "tick", "text-anchor": "middle" }));
      }
    }

    // The words at the ends of lines, moved apart from the top down and back up.
    ends(view, ends, stacks, marks, x, y, box) {
      const labels = ends.map((mark) => {
        const row = mark.y.findLastIndex((value) => value != null);
        const stack = stacks?.[marks.indexOf(mark)].at(-1);
        return { mark, row, at: stack ? y((stack[0] + stack[1]) / 2) : y(mark.y[row]) };
      }).filter((label) => Number.isFinite(label.at)).sort((one, other) => one.at - other.at);
      labels.forEach((label, i) => { label.y = i ? Math.max(label.at, labels[i - 1].y + LINE) : label.at; });
      let room = box.bottom + 4;
      for (const label of labels.toReversed()) { label.y = Math.min(label.y, room); room = label.y - LINE; }
      for (const { mark, y: at } of labels) {
        const words = text(box.right + 9, at + 4, mark.end, { class: "end" });
        words.style.setProperty("--series", mark.colour);
        view.svg.append(words);
      }
    }

    sideways(view) {
      const { panel } = view;
      const marks = this.shown(view);
      const stacked = Boolean(panel.marks[0].base);
      const rows = panel.ticks.length, size = stacked ? 26 : 14 * Math.max(marks.length, 1) + 8;
      const left = CHARACTER * Math.max(...panel.ticks.map((name) => name.length)) + 12;
      const height = rows * size + 8, stacks = stacked ? this.stack(marks) : null;
      const high = Math.max(1e-9, ...(stacks ? stacks.flat(2) : marks.flatMap((mark) => mark.y)));
      const x = d3.scaleLinear([0, high], [left, view.width - (stacked ? 110 : 48)]);
      Object.assign(view, { size });
      view.svg.setAttribute("viewBox", `0 0 ${view.width} ${height}`);
      view.svg.setAttribute("height", height);
      view.cursor = element("rect", { class: "row-cursor", x: 0, width: view.width, height: size });
      view.svg.append(view.cursor);
      panel.ticks.forEach((name, row) => view.svg.append(text(left - 8, row * size + size / 2 + 8, name, { class: "tick strong", "text-anchor": "end" })));
      marks.forEach((mark, number) => {
        const group = element("g");
        group.style.setProperty("--series", mark.colour);
        mark.x.forEach((name, row) => {
          const at = panel.ticks.indexOf(name) * size + 4;
          const [from, to] = stacks ? stacks[number][row] : [0, mark.y[row]];
          const place = stacked ? { y: at + 3, height: size - 6 } : { y: at + 2 + 14 * number, height: 13 };
          group.append(element("rect", { class: "fill", x: x(from), width: Math.max(x(to) - x(from) - 0.5, 0), ...place }));
          if (!stacked) group.append(text(x(to) + 5, place.y + 11, mark.said[row], { class: "end" }));
        });
        view.svg.append(group);
      });
      if (marks.length === panel.marks.length) {
        for (const total of panel.totals) view.svg.append(text(x(total.y) + 6, panel.ticks.indexOf(total.category) * size + size / 2 + 8, total.text, { class: "tick strong" }));
      }
    }

    // Ticks by rank at their values or days, or in named rows; the panels stand below one another.
    ranked(view) {
      const { panel, svg } = view;
      const rows = panel.ticks.length, height = rows ? 17 * rows + 8 : 170;
      const longest = Math.max(...this.chart.panels.flatMap((one) => one.ticks.map((name) => name.length)));
      const left = Math.min(6.6 * longest + 14, 0.6 * view.width);
      view.x = d3.scaleLinear([1, this.places.length], [left + 4, view.width - 4]);
      const worth = (y) => (panel.unit === "day" ? day(y) : y);
      const known = panel.marks.flatMap((mark) => mark.y).filter((y) => y != null).map(worth);
      const scale = panel.unit === "day" ? d3.scaleUtc : d3.scaleLinear;
      const y = rows ? (row) => 12 + 17 * row : scale([panel.bounds[0] ?? Math.min(...known), Math.max(...known)], [height - 10, 10]);
      const words = panel.unit === "day" ? (at) => said(at, { month: "short", year: "numeric" }) : tick(panel);
      svg.setAttribute("viewBox", `0 0 ${view.width} ${height}`);
      svg.setAttribute("height", height);
      for (const [at, name] of rows ? panel.ticks.entries() : y.ticks(4).map((one) => [one, words(one)])) {
        if (!rows) svg.append(element("line", { class: "grid", x1: left, x2: view.width, y1: y(at), y2: y(at) }));
        svg.append(text(left - 6, y(at) + 4, name, { class: "tick", "text-anchor": "end" }));
      }
      for (const mark of panel.marks) {
        const group = element("g", { class: "mark-dots" });
        group.style.setProperty("--series", mark.colour);
        mark.x.forEach((place, row) => {
          if (mark.y[row] == null) return;
          const [at, up] = [view.x(place), y(worth(mark.y[row]))];
          group.append(element("line", { class: "stroke", x1: at, x2: at, y1: up - 5, y2: up + 5 }));
        });
        svg.append(group);
      }
      view.cursor = element("line", { class: "cursor", y1: 0, y2: height });
      svg.append(view.cursor);
    }

    nearest(view, event) {
      const bounds = view.svg.getBoundingClientRect();
      if (view.panel.across === "categories") {
        return Math.min(this.places.length - 1, Math.max(0, Math.floor((event.clientY - bounds.top - 4) / view.size)));
      }
      const at = ((event.clientX - bounds.left) / bounds.width) * view.width;
      let best = 0;
      this.places.forEach((place, number) => {
        if (Math.abs(this.spot(view, place) - at) < Math.abs(this.spot(view, this.places[best]) - at)) best = number;
      });
      return best;
    }

    // Where a place stands in a panel; bars are read in their middle.
    spot(view, place) {
      const mark = view.panel.marks.find((one) => one.kind === "bars" || one.at);
      const row = mark ? rowAt(mark, place) : -1;
      if (row < 0) return view.x(this.place(view.panel, place));
      const ends = [mark.x[row], (mark.x_end ?? mark.x)[row]].map((value) => view.x(this.place(view.panel, value)));
      return (ends[0] + ends[1]) / 2;
    }

    move(at) {
      this.at = at;
      const place = this.places[at];
      this.range.value = at;
      const name = named(this.chart, place);
      this.output.textContent = name;
      const told = [];
      for (const view of this.views) {
        for (const [mark, value] of view.values) {
          value.textContent = valueAt(mark, place);
          const words = `${mark.name} ${value.textContent}${readAt(mark, place)}`;
          if (mark.tracked) value.parentElement.title = words;
          if (!this.hidden.has(`${view.panel.title}/${mark.name}`)) told.push(words);
        }
        if (!view.cursor) continue;
        if (view.panel.across === "categories") view.cursor.setAttribute("y", at * view.size + 4);
        else for (const end of ["x1", "x2"]) view.cursor.setAttribute(end, this.spot(view, place));
      }
      this.range.setAttribute("aria-valuetext", `${name}: ${told.join(", ")}`);
    }

    tabulate() {
      if (this.tables.childElementCount) return;
      for (const { panel, values } of this.views) {
        const marks = [...values.keys()];
        const head = element("tr", {}, element("td"), ...marks.map((mark) => element("th", { scope: "col" }, mark.name)));
        const rows = this.places.map((place) => element("tr", {}, element("th", { scope: "row" }, named(this.chart, place)),
          ...marks.map((mark) => element("td", {}, valueAt(mark, place) + readAt(mark, place)))));
        this.tables.append(element("table", {}, element("caption", {}, panel.title), element("thead", {}, head), element("tbody", {}, ...rows)));
      }
    }
  }

  globalThis.atomChart = (label, chart) => new Live(document.getElementById(label), chart);
})();
