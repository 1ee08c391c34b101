import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import type { Command } from "commander";

import { createProgram } from "../../../../cli/main.js";

/** What is typed after `plimsoll`, out of a line that a shell would take. */
function wordsOf(line: string): string[] {
  const [, typed = ""] = /\bplimsoll -- (.*)$/.exec(line.replace(/\s#.*$/, "")) ?? [];
  return typed.trim().split(/\s+/);
}

/** Looks for the command, and tells what of the words it does not take. */
function notTaken(words: readonly string[]): { name: string; unknown: string[] } {
  let command: Command = createProgram();
  let rest = [...words];
  for (;;) {
    const next = command.commands.find((one) => one.name() === rest[0]);
    if (next === undefined) break;
    [command, rest] = [next, rest.slice(1)];
  }
  const { operands, unknown } = command.parseOptions(rest);
  const parents: string[] = [];
  // Options of the keeper are those of its commands as well.
  const left = command.parent === null ? unknown : command.parent.parseOptions(unknown).unknown;
  for (let at: Command | null = command; at !== null; at = at.parent) parents.unshift(at.name());
  const extra = command.commands.length > 0 ? operands : operands.slice(command.registeredArguments.length);
  return { name: parents.join(" "), unknown: [...left, ...extra] };
}

describe("cli: commands that are told", () => {
  it("are there, with their options, in docs/governance.md, and votes are delegated before they are needed", () => {
    const page = readFileSync(fileURLToPath(new URL("../../../../docs/governance.md", import.meta.url)), "utf8");
    const lines = page.split("\n").filter((line) => line.startsWith("npm run --silent plimsoll -- "));
    expect(lines.length).to.be.above(8);
    const names = lines.map((line) => {
      const { name, unknown } = notTaken(wordsOf(line));
      expect(unknown, line).to.deep.equal([]);
      expect(name, line).to.match(/^plimsoll governance ./);
      return name.split(" ").at(-1)!;
    });
    for (const needing of ["propose", "vote"]) {
      expect(names.indexOf("delegate"), needing).to.be.within(0, names.indexOf(needing) - 1);
    }
  });
});
