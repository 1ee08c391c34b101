/** What this browser keeps for the next visit. Without storage it forgets. */

const PREFIX = "plimsoll.";

export function kept(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // No storage: it is asked again, or told again, next time.
  }
}
