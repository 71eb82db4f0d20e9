// How to cite the report, and each of its figures and tables: from what the page says of itself.

(() => {
  const said = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const title = said("citation_title"), author = said("citation_author"), day = said("citation_publication_date");
  if (!title) return;
  const home = document.querySelector('link[rel="canonical"]')?.href ?? (location.protocol === "file:" ? "" : location.href.replace(/#.*$/, ""));
  const key = (hash) => `atom-${day}${hash.replace("#", "-")}`;
  const first = (text) => text.replace(/\s+/g, " ").trim().match(/^(\w+ [\w.]+?\. .*?)(\. |\.?$)/)?.[1] ?? text;

  function cited(hash, part) {
    const whole = part ? `${part}. In ${title}` : title;
    const note = said("citation_note");
    const address = home && `${home}${hash}`;
    return `${author} (${day.slice(0, 4)}). ${whole}. ${note} ${address}`.trim() + "\n\n"
      + `@misc{${key(hash)},\n  author = {{${author}}},\n  title = {{${whole}}},\n  year = {${day.slice(0, 4)}},\n`
      + `  note = {${note}}${address && `,\n  url = {${address}}`}\n}`;
  }

  for (const details of document.querySelectorAll("details.cite")) {
    const exhibit = details.closest("figure");
    const [hash, part] = exhibit ? [`#${exhibit.id}`, first(exhibit.querySelector("figcaption").textContent)] : ["", ""];
    const text = Object.assign(document.createElement("pre"), { tabIndex: 0 });
    const copy = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy" });
    details.append(text, copy);
    details.addEventListener("toggle", () => { text.textContent = cited(hash, part); });
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        copy.textContent = "Copied";
      } catch { getSelection().selectAllChildren(text); }
    });
  }
})();
