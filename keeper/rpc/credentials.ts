/** User and password in a URL, as HTTP wants them. */

export interface Address {
  /** Without them. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `fetch` takes none within a URL, and names the whole URL when it says so. */
export function addressOf(url: string): Address {
  const parsed = new URL(url);
  const [user, password] = [unescaped(parsed.username), unescaped(parsed.password)];
  if (user === "" && password === "") return { url: parsed.href, headers: {} };
  parsed.username = parsed.password = "";
  const credentials = Buffer.from(`${user}:${password}`).toString("base64");
  return { url: parsed.href, headers: { authorization: `Basic ${credentials}` } };
}

/** What a part of a URL stands for; itself where it is not escaped as it should be. */
export function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
