/** Pages by the part of the address after `#/`, so that any server of files will do. */

import { Store } from "./data/store.js";

export interface Route {
  readonly page: string;
  /** What follows: an address to look at. */
  readonly rest: string | undefined;
}

function parse(hash: string): Route {
  const [page = "", rest] = hash.replace(/^#\/?/, "").split("/");
  return { page: page === "" ? "overview" : page, rest: rest === undefined || rest === "" ? undefined : rest };
}

export const route = new Store<Route>(parse(location.hash));

window.addEventListener("hashchange", () => {
  route.set(parse(location.hash));
});

export function linkTo(page: string, rest?: string): string {
  return `#/${page}${rest === undefined ? "" : `/${rest}`}`;
}
