// Before anything is drawn: the theme that was chosen last, if one was. A file of its own because the page allows no inline scripts.
try {
  const chosen = localStorage.getItem("plimsoll.theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // No storage: the system decides.
}
