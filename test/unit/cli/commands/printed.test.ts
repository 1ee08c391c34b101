import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import type { Command } from "commander";

import { createProgram } from "../../../../cli/main.js";
import { commandsOf } from "../../../drill/commands.js";

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

  it("are there, with their options, in a rehearsal, and go by its address book", () => {
    const lines = commandsOf({
      ...{ name: "sepolia", chainId: 11_155_111, url: "http://127.0.0.1:1", folder: "/x", config: "/x/keeper.json" },
      ...{ deployer: "0x1", guardian: "0x2", plimHolder: "0x3", operatorKey: "0x4" },
    });
    const found = lines.map((line) => ({ line, ...notTaken(wordsOf(line)) }));
    for (const { line, unknown } of found) expect(unknown, line).to.deep.equal([]);
    expect(found.map(({ name }) => name)).to.include.members([
      ...["plimsoll deploy", "plimsoll verify-deployment", "plimsoll keeper deploy", "plimsoll keeper"],
    ]);
    for (const { line, name } of found) {
      const how = /deploy$|deployment$/.test(name) && !name.includes("keeper") ? "--out /x" : "--addresses /x/chain-";
      expect(line).to.contain(how);
    }
  });

  it("let every command of the keeper, and the indexer, have its address book", () => {
    for (const words of ["keeper", "keeper deploy", "keeper rehearse", "index"]) {
      expect(notTaken([...words.split(" "), "--addresses", "a.json"]).unknown, words).to.deep.equal([]);
    }
    expect(notTaken(["keeper", "--adresses", "a.json"]).unknown).to.not.deep.equal([]);
  });
});
