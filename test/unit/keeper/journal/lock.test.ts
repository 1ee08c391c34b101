import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { holderOf, lockDirectory } from "../../../../keeper/journal/lock.js";

const child = fileURLToPath(new URL("../../../support/lock-child.ts", import.meta.url));
/** No process has such a number. */
const DEAD = "999999999";

describe("keeper/journal: lock", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "plimsoll-lock-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const inUse = (pid: string): Error => new Error(`in use by ${pid}`);
  const left = (name: string, text = ""): void => writeFileSync(join(folder, name), text);

  it("is given to one, and to the next when it is given back; nothing else stays behind", () => {
    const unlock = lockDirectory(folder, inUse);
    expect(() => lockDirectory(folder, inUse)).to.throw(`in use by ${process.pid.toString()}`);
    expect(readdirSync(folder)).to.deep.equal(["keeper.lock"]);
    unlock();
    expect(readdirSync(folder)).to.deep.equal([]);
    lockDirectory(folder, inUse)();
  });

  it("is not taken from a process that lives, and is from one that does not", () => {
    left("keeper.lock", process.ppid.toString());
    expect(() => lockDirectory(folder, inUse)).to.throw(`in use by ${process.ppid.toString()}`);
    expect(readFileSync(join(folder, "keeper.lock"), "utf8")).to.equal(process.ppid.toString());
    left("keeper.lock", DEAD);
    lockDirectory(folder, inUse);
    expect(holderOf(folder)).to.equal(process.pid.toString());
  });

  it("that nobody has is left to a process that is about to take it, unless that one died", () => {
    left("keeper.lock", DEAD);
    left(`keeper.lock.clearing.${process.ppid.toString()}.`);
    expect(() => lockDirectory(folder, inUse)).to.throw(`in use by ${process.ppid.toString()}`);
    expect(readFileSync(join(folder, "keeper.lock"), "utf8")).to.equal(DEAD);
    rmSync(join(folder, `keeper.lock.clearing.${process.ppid.toString()}.`));
    left(`keeper.lock.clearing.${DEAD}.1`);
    // Its number is another process's now.
    left(`keeper.lock.clearing.${process.ppid.toString()}.1`);
    lockDirectory(folder, inUse);
    expect(holderOf(folder)).to.equal(process.pid.toString());
  });

  it("that nobody has is taken by one of several that find it together", async () => {
    const children: ChildProcess[] = [];
    const said = (one: ChildProcess): Promise<string> =>
      new Promise((resolve) => one.once("message", (word) => resolve(word as string)));
    try {
      for (let round = 0; round < 3; round++) {
        const contenders = [1, 2, 3, 4].map(() => fork(child, [folder], { execArgv: ["--import", "tsx"] }));
        children.push(...contenders);
        await Promise.all(contenders.map(said));
        left("keeper.lock", DEAD);
        const answers = contenders.map(said);
        for (const one of contenders) one.send("go");
        const taken = (await Promise.all(answers)).filter((answer) => answer === "taken");
        // Where two give way to each other nobody takes it.
        expect(taken.length).to.be.at.most(1);
        const holder = holderOf(folder);
        const numbers = contenders.map(({ pid }) => pid?.toString());
        if (taken.length === 1) expect(numbers).to.include(holder);
        else expect(holder).to.equal(undefined);
        await Promise.all(
          contenders.map((one) => {
            const ended = new Promise((resolve) => one.once("exit", resolve));
            one.kill("SIGKILL");
            return ended;
          }),
        );
      }
    } finally {
      for (const one of children) one.kill("SIGKILL");
    }
  });
});
