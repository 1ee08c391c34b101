/** Times as people read them. All in unix seconds. */

const LANGUAGE = "en-GB";
const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const dateTime = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const isoTime = (time: number): string => new Date(time * 1_000).toISOString();

/** `12 Mar 2020, 10:34` */
export function moment(time: bigint | number): string {
  return dateTime.format(Number(time) * 1_000);
}

/** For `datetime` of a `time` element. */
export function machine(time: bigint | number): string {
  return isoTime(Number(time));
}

/** `3 min`, `2 h 10 min`, `4 days` */
export function duration(seconds: bigint | number): string {
  const s = Math.max(0, Math.round(Number(seconds)));
  if (s < MINUTE) return `${s} s`;
  if (s < HOUR) return `${Math.round(s / MINUTE)} min`;
  if (s < 2 * DAY) {
    const minutes = Math.round((s % HOUR) / MINUTE);
    return `${Math.floor(s / HOUR)} h${minutes === 0 ? "" : ` ${minutes} min`}`;
  }
  return `${Math.round(s / DAY)} days`;
}

export function ago(time: bigint | number, now: number): string {
  const passed = now - Number(time);
  return passed < 5 ? "just now" : `${duration(passed)} ago`;
}
