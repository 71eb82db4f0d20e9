// Search over everything the page says. The page is its own index, so this works from a folder, too.

(() => {
  const nav = document.querySelector("nav.contents");
  const main = document.getElementById("main");
  if (!nav || !main) return;
  const MOST = 25, BESIDE = 45;
  const KINDS = { H2: 0, H3: 0, H4: 0, FIGCAPTION: 1, P: 2, LI: 2, DD: 2, TR: 3 };

  let passages = null;
  function read() {
    let heading = null;
    const found = [];
    for (const element of main.querySelectorAll("h2, h3, h4, p, li, dd, figcaption, tbody tr")) {
      if (element.closest(".chart, .title-block .links") || element.parentElement.closest("li, dd, figcaption")) continue;
      if (element.tagName[0] === "H") heading = element;
      const text = (element.tagName === "TR" ? [...element.cells].map((cell) => cell.textContent).join(" · ") : element.textContent)
        .replace(/\s+/g, " ").trim();
      if (text) found.push({ element, heading, text, lower: plain(text), kind: KINDS[element.tagName] });
    }
    return found;
  }

  function matching(query) {
    const words = plain(query).split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    passages ??= read();
    const found = passages.filter(({ lower }) => words.every((word) => lower.includes(word)));
    return found.sort((one, other) => one.kind - other.kind).slice(0, MOST).map((passage) => ({ passage, word: words[0] }));
  }

  // The words around the first match, as text.
  function excerpt({ text, lower }, word) {
    const at = lower.length === text.length ? Math.max(lower.indexOf(word), 0) : 0;
    const from = at > BESIDE ? text.indexOf(" ", at - BESIDE) + 1 : 0;
    const short = text.slice(from, at + word.length + 2 * BESIDE);
    return `${from ? "… " : ""}${short}${from + short.length < text.length ? " …" : ""}`;
  }

  const box = nav.querySelector(".search");
  const field = box.querySelector("input"), count = box.querySelector(".search-count"), list = box.querySelector("ul");

  function show() {
    const found = matching(field.value);
    nav.classList.toggle("searching", Boolean(field.value.trim()));
    count.textContent = !field.value.trim() ? "" : found.length === MOST ? `First ${MOST} passages` : found.length === 1 ? "1 passage" : `${found.length || "No"} passages`;
    list.replaceChildren(...found.map(({ passage, word }) => {
      const link = document.createElement("a");
      const target = passage.element.closest("[id]") ?? passage.heading;
      link.href = `#${(passage.kind === 0 ? passage.element : passage.element.closest("figure") ?? passage.heading ?? target)?.id ?? "main"}`;
      const place = document.createElement("span");
      place.textContent = passage.kind === 0 ? "" : passage.heading?.textContent.trim() ?? "";
      link.append(place, excerpt(passage, word));
      link.addEventListener("click", () => setTimeout(() => {
        passage.element.scrollIntoView({ block: "center" });
        passage.element.classList.add("found");
        passage.element.addEventListener("animationend", () => passage.element.classList.remove("found"), { once: true });
      }));
      const item = document.createElement("li");
      item.append(link);
      return item;
    }));
  }

  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { field.value = ""; show(); }
    if (event.key === "Enter") list.querySelector("a")?.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    nav.classList.add("open");
    field.focus();
  });
})();
