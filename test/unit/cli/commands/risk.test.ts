import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { EXIT } from "../../../../cli/errors.js";
import { run } from "../../../../cli/main.js";

describe("cli: risk", () => {
  let folder: string;
  const write = (name: string, rows: string[]) => {
    writeFileSync(join(folder, name), ["date,close", ...rows, ""].join("\n"));
    return join(folder, name);
  };
  before(() => void (folder = mkdtempSync(join(tmpdir(), "plimsoll-risk-"))));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function play(...args: string[]) {
    let err = "";
    const output = { out: () => undefined, err: (text: string) => void (err += text) };
    return { code: await run(["risk", ...args], undefined, output), err };
  }

  it("names file, line and the option that helps", async () => {
    const { code, err } = await play("returns", write("a.csv", ["2020-01-01,1", "2020-01-02,", "2020-01-03,2"]));
    expect(code).to.equal(EXIT.environment);
    expect(err).to.contain("a.csv:3: the price is missing").and.to.contain("--missing drop");
  });

  it("says what is wrong with a file or a number", async () => {
    expect((await play("var", "nowhere.csv")).err).to.contain("there is no file nowhere.csv");
    const wrong = await play("cascade", "--shock", "7");
    expect(wrong.code).to.equal(EXIT.usage);
    expect(wrong.err).to.contain("a number from 0 to 0.9999");
  });

  it("takes numbers as people write them, not as JavaScript does", async () => {
    const file = write("b.csv", ["2020-01-01,1", "2020-01-02,0x10", "2020-01-03,2"]);
    expect((await play("returns", file)).err)
      .to.contain('b.csv:3: "0x10" is not a price')
      .and.to.contain("--invalid drop");
    expect((await play("cascade", "--shock", "0x0")).code).to.equal(EXIT.usage);
    const late = write("c.csv", ["2020-02-29T00:00:00Z,1", "2020-02-30T00:00:00Z,2"]);
    expect((await play("returns", late)).err).to.contain('c.csv:3: "2020-02-30T00:00:00Z" is not a time');
  });

  it("says what to do about a parameter file that is not there or is none", async () => {
    const file = write("d.csv", ["2020-01-01,1", "2020-01-02,2"]);
    const { code, err } = await play("backtest", file, "--parameters", join(folder, "nowhere.json"));
    expect(code).to.equal(EXIT.environment);
    expect(err).to.contain("nowhere.json: cannot be read").and.to.contain("plimsoll risk calibrate");
    expect((await play("backtest", file, "--parameters", file)).err).to.contain("d.csv: is not JSON");
  });
});
