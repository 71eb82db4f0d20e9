// Before anything is painted: the reader's own choice of light or dark, where one was made.
document.documentElement.classList.add("js");
try {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch { /* storage may be forbidden; the system's setting then decides */ }

// The faces of the text, asked for before the style that names them is read, so that no line moves when they come. A page
// on disk may not ask ahead: it shows itself when they are there, which takes a moment.
if (location.protocol !== "file:") {
  const assets = document.currentScript.src.replace(/[^/]*$/, "");
  for (const face of ["SourceSerif4-latin-400", "SourceSerif4-latin-600", "SourceSans3-latin-400", "SourceSans3-latin-600"]) {
    document.head.append(Object.assign(document.createElement("link"),
      { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", href: `${assets}fonts/${face}.woff2` }));
  }
} else {
  const { style } = document.documentElement;
  const show = () => { style.visibility = ""; };
  style.visibility = "hidden";
  document.addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => document.fonts.ready.then(show)));
  setTimeout(show, 700);
}
