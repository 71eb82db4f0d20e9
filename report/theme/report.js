// Conveniences only: the pages read well without them.

const root = document.documentElement;

// A text as it is searched for: without accents and capitals. Other scripts use it, too.
const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

function themeButton(button) {
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const show = () => {
    button.textContent = dark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to ${dark() ? "light" : "dark"} view`);
  };
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* it then lasts for this page */ }
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
}

// On a narrow screen the contents fold away behind a button that names the current section.
function foldContents(nav) {
  const button = nav.querySelector(".contents-button");
  const open = (state) => {
    nav.classList.toggle("open", state);
    button.setAttribute("aria-expanded", String(state));
  };
  button.addEventListener("click", () => open(!nav.classList.contains("open")));
  nav.addEventListener("click", (event) => { if (event.target.closest("a")) open(false); });
  nav.addEventListener("keydown", (event) => { if (event.key === "Escape") { open(false); button.focus(); } });
}

// The contents mark the section that is being read: the last heading above the upper third of the window.
function followReader(nav) {
  const links = new Map();
  for (const link of nav.querySelectorAll('#contents a[href^="#"]')) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  const current = nav.querySelector(".current");
  const list = nav.querySelector("#contents");
  let marked = null;
  const mark = () => {
    let reached = null;
    const atEnd = innerHeight + scrollY >= document.body.scrollHeight - 2;
    for (const heading of links.keys()) {
      if (heading.getBoundingClientRect().top <= (atEnd ? innerHeight : innerHeight / 3)) reached = heading;
    }
    const link = links.get(reached) ?? null;
    if (link === marked) return;
    marked?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    current.textContent = link?.textContent ?? "";
    marked = link;
    if (link && getComputedStyle(nav).position === "sticky" && list.scrollHeight > list.clientHeight) {
      list.scrollTop = link.offsetTop - list.clientHeight / 2;
    }
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  addEventListener("resize", mark);
  mark();
}

// What a cell is sorted by: a number with its scale, a day, the lower end of a range; NaN for what is none of them.
const SCALE = { K: 1e3, M: 1e6, B: 1e9 };
const AMOUNT = /^([-+]?\d[\d.]*(?:e[-+]?\d+)?)\s*([KMB]?)\s*[%×x]?$/;
function worth(text) {
  const bare = text.replaceAll(",", "").replace("−", "-").replace(/\s*[°*#]+$/, "");
  const [, number, scale] = bare.match(AMOUNT) ?? bare.match(/^([\d.]+)[KMB]?[–-][\d.]+([KMB]?)$/) ?? [];
  if (number) return Number(number) * (SCALE[scale] ?? 1);
  const least = bare.match(/^([<>≥≤])\s*([\d.]+)\s*([KMB]?)$/) ?? bare.match(/^()([\d.]+)([KMB]?)\+$/);
  if (least) return Number(least[2]) * (SCALE[least[3]] ?? 1) * (least[1] === "<" ? 1 - 1e-6 : 1 + 1e-6);
  if (/^\d{4}-\d\d(-\d\d)?$/.test(bare)) return Date.parse(bare);
  return /^(\d{1,2} )?[A-Z][a-z]+ \d{4}$/.test(bare) ? Date.parse(`${/^\d/.test(bare) ? "" : "1 "}${bare} UTC`) : NaN;
}

// Long tables sort by a click on a column's head; rows that span others stay as they are.
function sortable(table) {
  const body = table.tBodies[0];
  if (table.tHead?.rows.length !== 1 || table.tBodies.length !== 1 || body.rows.length < 6) return;
  if (table.querySelector('[rowspan]:not([rowspan="1"]), [colspan]:not([colspan="1"])')) return;
  const key = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows];
      const texts = rows.map((row) => key(row, column)).filter(Boolean);
      const numeric = texts.filter((text) => !Number.isNaN(worth(text))).length > texts.length / 2;
      const rank = (row) => (numeric ? worth(key(row, column)) : key(row, column));
      rows.sort((a, b) => {
        const [x, y] = [rank(a), rank(b)];
        if (numeric) {  // what is no number comes last either way
          if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
          return up ? x - y : y - x;
        }
        return up ? x.localeCompare(y) : y.localeCompare(x);
      });
      body.append(...rows);
    });
  });
}

// On a phone, parts that few read through are folded behind a button that says what they hold; an address in them, the
// browser's own search and ours open them.
function foldParts(headings) {
  const folds = new Map();
  const plural = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  headings.forEach((heading, number) => {
    const fold = Object.assign(document.createElement("div"), { className: "fold", id: `fold-${number}` });
    const ends = (next) => /^H[1-6]$/.test(next.tagName) && next.tagName <= heading.tagName;
    while (heading.nextElementSibling && !ends(heading.nextElementSibling)) fold.append(heading.nextElementSibling);
    const kinds = { section: "h3, h4", figure: "figure:not(.tabular)", table: "table", row: "tbody tr", term: "dt", work: ".csl-entry" };
    const told = Object.entries(kinds).map(([word, kind]) => [fold.querySelectorAll(kind).length, word])
      .filter(([count]) => count).map(([count, word]) => plural(count, word));
    const button = Object.assign(document.createElement("button"), { type: "button", className: "fold-button" });
    button.append(told.length ? `Show ${told.join(", ")}` : "Show");
    button.setAttribute("aria-controls", fold.id);
    const open = (state) => {
      if (state) fold.removeAttribute("hidden");
      else fold.setAttribute("hidden", "until-found");
      button.setAttribute("aria-expanded", String(state));
    };
    button.addEventListener("click", () => open(fold.hasAttribute("hidden")));
    fold.addEventListener("beforematch", () => button.setAttribute("aria-expanded", "true"));
    heading.after(button, fold);
    folds.set(fold, open);
    open(false);
  });
  const reach = (hash) => {
    const target = document.getElementById(decodeURIComponent(hash.slice(1)));
    for (const [fold, open] of folds) if (fold.contains(target) || fold.previousElementSibling?.previousElementSibling === target) open(true);
    return target;
  };
  addEventListener("hashchange", () => reach(location.hash)?.scrollIntoView());
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link) reach(link.hash);
  }, true);
  if (location.hash) reach(location.hash)?.scrollIntoView();
}

// What has gone to a page of its own is found there by its old address, too.
function leadOn() {
  const apart = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.dataset.apart;
  if (apart) location.replace(`../${apart}/index.html${location.hash}`);
}

leadOn();
addEventListener("hashchange", leadOn);
if (matchMedia("(max-width: 40rem)").matches) foldParts(document.querySelectorAll("main > .folds"));
const button = document.querySelector("button.theme");
if (button) themeButton(button);
const nav = document.querySelector("nav.contents");
if (nav) {
  foldContents(nav);
  followReader(nav);
}
document.querySelectorAll("figure.tabular table").forEach(sortable);

addEventListener("beforeprint", () => { for (const picture of document.images) picture.loading = "eager"; });

// Charts take their pictures' place when they come near: what draws them is loaded once, in order, then each one's data.
const assets = document.currentScript.src.replace(/[^/]*$/, "");
const load = (tag, attributes) => new Promise((done, failed) => {
  const part = Object.assign(document.createElement(tag), attributes, { onload: done, onerror: failed });
  document.head.append(part);
});
let pen = null;
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    pen ??= load("link", { rel: "stylesheet", href: `${assets}charts/chart.css` })
      .then(() => load("script", { src: `${assets}charts/d3.js` }))
      .then(() => load("script", { src: `${assets}charts/chart.js` }));
    const { chart } = target.querySelector("[data-chart]").dataset;
    pen.then(() => load("script", { src: chart })).catch(() => { /* the picture stays */ });
  }
}, { rootMargin: "900px 0px" });
document.querySelectorAll("figure:has([data-chart])").forEach((figure) => near.observe(figure));
