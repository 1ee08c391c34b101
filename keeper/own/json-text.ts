/** Changes members of an object in the text of a JSON file, and leaves all else of the text as it is: order, spacing, how numbers are written. */

interface Member {
  readonly key: string;
  /** Of the key's opening quote. */
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

interface Shape {
  /** Of the opening bracket, and behind the closing one. */
  readonly start: number;
  readonly end: number;
  readonly members: readonly Member[];
}

const BLANK = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const SCALAR = /[^\s,\]}]+/y;

/**
 * The text with `members` in the object that is the member `group` of the whole; with such an object, if there is none.
 * @param text One JSON object.
 */
export function withMembers(text: string, group: string, members: Readonly<Record<string, string>>): string {
  const root = shapeOf(text, skip(text, 0));
  const found = last(root, group);
  if (found === undefined) return insert(text, root, group, plain(members));
  if (text[found.valueStart] !== "{") throw new SyntaxError(`${group} is no object`);
  return Object.entries(members).reduce((changed, [key, value]) => {
    const inner = shapeOf(changed, found.valueStart);
    const member = last(inner, key);
    if (member === undefined) return insert(changed, inner, key, JSON.stringify(value));
    return changed.slice(0, member.valueStart) + JSON.stringify(value) + changed.slice(member.valueEnd);
  }, text);
}

function plain(members: Readonly<Record<string, string>>): string {
  const inner = Object.entries(members).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{ ${inner.join(", ")} }`;
}

/** Of several with one name parsers take the last. */
function last({ members }: Shape, key: string): Member | undefined {
  return members.findLast((member) => member.key === key);
}

/** Puts it behind the last member, spaced as that one is. */
function insert(text: string, { start, end, members }: Shape, key: string, value: string): string {
  const member = `${JSON.stringify(key)}: ${value}`;
  const before = members.at(-1);
  if (before === undefined) return `${text.slice(0, start)}{ ${member} }${text.slice(end)}`;
  const previous = members.at(-2);
  // Between the brace or the comma before it and its name.
  const from = previous === undefined ? start + 1 : text.indexOf(",", previous.valueEnd) + 1;
  const space = text.slice(from, before.start);
  const gap = space === "" && /\s/.test(text.slice(before.start, before.valueStart)) ? " " : space;
  return `${text.slice(0, before.valueEnd)},${gap}${member}${text.slice(before.valueEnd)}`;
}

function skip(text: string, from: number): number {
  return from + match(BLANK, text, from).length;
}

function match(pattern: RegExp, text: string, from: number): string {
  pattern.lastIndex = from;
  const found = pattern.exec(text);
  if (found === null) throw new SyntaxError(`no JSON at ${from.toString()}`);
  return found[0];
}

function shapeOf(text: string, start: number): Shape {
  if (text[start] !== "{") throw new SyntaxError("no JSON object");
  const members: Member[] = [];
  let at = skip(text, start + 1);
  while (text[at] !== "}") {
    const name = match(STRING, text, at);
    const colon = skip(text, at + name.length);
    if (text[colon] !== ":") throw new SyntaxError(`no JSON at ${colon.toString()}`);
    const valueStart = skip(text, colon + 1);
    const valueEnd = endOf(text, valueStart);
    members.push({ key: JSON.parse(name) as string, start: at, valueStart, valueEnd });
    at = skip(text, valueEnd);
    if (text[at] === ",") at = skip(text, at + 1);
    else if (text[at] !== "}") throw new SyntaxError(`no JSON at ${at.toString()}`);
  }
  return { start, end: at + 1, members };
}

/** Behind the value that begins at `from`. */
function endOf(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return from + match(STRING, text, from).length;
  if (first !== "{" && first !== "[") return from + match(SCALAR, text, from).length;
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') at += match(STRING, text, at).length - 1;
    else if (sign === "{" || sign === "[") depth += 1;
    else if (sign === "}" || sign === "]") depth -= 1;
    if (depth === 0) return at + 1;
  }
  throw new SyntaxError("the text ends too early");
}
