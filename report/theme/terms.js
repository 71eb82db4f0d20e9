// Terms: what the list says of one is shown beside it, on hover, by keyboard and by tap. Its link leads to the list.

(() => {
  const GAP = 8, PATIENCE = 250;
  const links = document.querySelectorAll("a.term");
  if (!links.length) return;
  const note = Object.assign(document.createElement("div"), { className: "term-note", popover: "manual" });
  document.getElementById("main").append(note);
  const words = (link) => document.getElementById(link.hash.slice(1)).closest("dt").nextElementSibling;
  let shown = null, leaving = 0, touched = false;

  function hide() {
    clearTimeout(leaving);
    if (shown) note.hidePopover();
    shown = null;
  }
  // Below its term, or above it where there is no room.
  function place() {
    if (!shown) return;
    const at = shown.getClientRects()[0], below = at.bottom + GAP;
    note.style.left = `${Math.max(GAP, Math.min(at.left, root.clientWidth - note.offsetWidth - GAP))}px`;
    note.style.top = `${below + note.offsetHeight > innerHeight ? at.top - note.offsetHeight - GAP : below}px`;
  }
  function show(link) {
    hide();
    shown = link;
    note.replaceChildren(...words(link).cloneNode(true).childNodes);
    note.showPopover();
    place();
  }
  // The pointer may go from the term to its words, which may hold links.
  function leave() {
    clearTimeout(leaving);
    leaving = setTimeout(hide, PATIENCE);
  }

  for (const link of links) {
    words(link).id = `${link.hash.slice(1)}-words`;
    link.setAttribute("aria-describedby", words(link).id);
    link.addEventListener("mouseenter", () => show(link));
    link.addEventListener("mouseleave", leave);
    link.addEventListener("focus", () => show(link));
    link.addEventListener("blur", leave);
    link.addEventListener("click", (event) => { if (touched) { event.preventDefault(); show(link); } else hide(); });
  }
  note.addEventListener("mouseenter", () => clearTimeout(leaving));
  note.addEventListener("mouseleave", leave);
  addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (!event.target.closest("a.term, .term-note")) hide();
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("scroll", place, { passive: true });
})();
