/** Light or dark: as the system says, unless somebody chose. */

import { Store } from "./data/store.js";

export type Theme = "light" | "dark";

const KEY = "plimsoll.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function current(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return system.matches ? "dark" : "light";
}

/** What is shown. */
export const theme = new Store<Theme>(current());

system.addEventListener("change", () => {
  theme.set(current());
});

export function chooseTheme(next: Theme): void {
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // It holds until the page is closed.
  }
  theme.set(next);
}
