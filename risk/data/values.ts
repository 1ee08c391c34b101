/** Times and numbers as people write them; anything else that JavaScript would take for one is refused. */

const MS = 1_000;
const ISO = /^(\d{4})-(\d{2})-(\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Seconds since 1970 of an ISO 8601 date or time (UTC when it names no zone), or of a number of seconds. */
export function parseTime(text: string): number | undefined {
  if (/^\d{9,11}$/.test(text)) return Number(text);
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day] = match.map(Number);
  // `Date` rolls 31 February over into March.
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return undefined;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10));
  const iso = text.length === 10 || zoned ? text : `${text}Z`;
  const ms = Date.parse(iso.replace(" ", "T"));
  return Number.isNaN(ms) ? undefined : ms / MS;
}

/** A decimal number: no hexadecimal, no blank, no "Infinity". */
export function parseNumber(text: string): number | undefined {
  return DECIMAL.test(text) ? Number(text) : undefined;
}
