// Before anything is painted: the reader's own choice of light or dark, where one was made.
document.documentElement.classList.add("js");
try {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch { /* storage may be forbidden; the system's setting then decides */ }
