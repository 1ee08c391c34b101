import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { ANYBODYS, FOLLOWS } from "../../../deploy/verify/strays.js";

const contracts = fileURLToPath(new URL("../../../contracts", import.meta.url));

/** Functions of one name: what they emit, and which others they call. Those that ask who calls are left out. */
interface Named {
  readonly emits: Set<string>;
  readonly calls: Set<string>;
  open: boolean;
}

/** Modifiers that let nobody in but who governs, or the constructor. */
const GUARDED = /\b(restricted|only[A-Z]\w*|duringConstruction)\b/;

/** Every function with a body, by name, private ones by file and name: names that are the same are taken together, which finds too much rather than too little. */
function functionsIn(folder: string): Map<string, Named> {
  const found = new Map<string, Named>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".sol")) continue;
    const source = readFileSync(join(folder, name), "utf8").replaceAll(/\/\/.*$/gm, "");
    for (const match of source.matchAll(/\bfunction (\w+)\(([^{};]*)\{/g)) {
      const [head, called = "", signature = ""] = match;
      if (GUARDED.test(signature)) continue;
      const body = bodyAt(source, match.index + head.length);
      const isPrivate = /\bprivate\b/.test(signature);
      const key = isPrivate ? `${name}:${called}` : called;
      const entry = found.get(key) ?? { emits: new Set(), calls: new Set(), open: false };
      found.set(key, entry);
      entry.open ||= /\b(external|public)\b/.test(signature);
      for (const [, event = ""] of body.matchAll(/\b(?:emit (?:\w+\.)?|_log\()(\w+)(?:\(|\.selector)/g))
        entry.emits.add(event);
      for (const [, other = ""] of body.matchAll(/\b(\w+)\s*(?:\{[^{}]*\})?\(/g)) {
        for (const one of [other, `${name}:${other}`]) entry.calls.add(one);
      }
    }
  }
  return found;
}

function bodyAt(source: string, from: number): string {
  let [depth, to] = [1, from];
  for (; depth > 0 && to < source.length; to++) {
    if (source[to] === "{") depth += 1;
    if (source[to] === "}") depth -= 1;
  }
  return source.slice(from, to);
}

/** Events that somebody without any role can cause. */
function openEvents(functions: ReadonlyMap<string, Named>): Set<string> {
  const events = new Set<string>();
  const seen = new Set<string>();
  const left = [...functions].flatMap(([name, { open }]) => (open ? [name] : []));
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const entry = functions.get(name);
    if (seen.has(name) || entry === undefined) continue;
    seen.add(name);
    for (const event of entry.emits) events.add(event);
    left.push(...entry.calls);
  }
  return events;
}

describe("deploy/verify: events of others than whoever governs", () => {
  const open = openEvents(functionsIn(contracts));

  it("are known, all that functions open to anybody emit: no outsider can make an honest deployment unprovable", () => {
    expect(open.size).to.be.above(40);
    expect([...open].filter((name) => !ANYBODYS.has(name) && !(name in FOLLOWS)).sort()).to.deep.equal([]);
  });

  it("are no events of who governs alone", () => {
    // What standards' contracts emit, which are not among our sources.
    const standards = ["Approval", "Transfer", "DelegateChanged", "DelegateVotesChanged"];
    expect([...ANYBODYS].filter((name) => !open.has(name) && !standards.includes(name)).sort()).to.deep.equal([]);
  });
});
