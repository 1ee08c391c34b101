/** Notifications of the browser: allowed by it, and wanted here. */

import { kept, keep } from "./kept.js";
import { Store } from "./store.js";

export type Permission = "default" | "denied" | "granted" | "missing";

const NAME = "notify";

export function permissionNow(): Permission {
  return "Notification" in window ? Notification.permission : "missing";
}

export const permission = new Store<Permission>(permissionNow());
/** Whoever allowed them wants them until he says otherwise. */
export const wanted = new Store<boolean>(kept(NAME) !== "no");

export async function want(yes: boolean): Promise<void> {
  keep(NAME, yes ? "yes" : "no");
  wanted.set(yes);
  if (yes && permissionNow() === "default") await Notification.requestPermission();
  permission.set(permissionNow());
}

/** @param tag One that has not been looked at is replaced by the next of its kind, not joined. */
export function notify(title: string, body: string, tag: string): void {
  if (!wanted.value || permissionNow() !== "granted") return;
  try {
    new Notification(title, { body, tag: `plimsoll-${tag}` });
  } catch {
    // Some browsers have it for workers only: the page says it all the same.
  }
}
