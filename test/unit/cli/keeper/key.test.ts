import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { decryptKeystoreJson, Wallet } from "ethers";

import { EXIT, type CliError } from "../../../../cli/errors.js";
import { newKey } from "../../../../cli/keeper/key.js";
import { present } from "../../../../sdk/present.js";

describe("cli/keeper: key", function () {
  this.timeout(30_000);
  let folder = "";
  let said: string[] = [];
  const file = (name: string): string => join(folder, name);
  const make = (): Promise<void> =>
    newKey({ keystore: file("key.json"), passwordFile: file("password"), say: (line) => void said.push(line) });
  const failure = async (): Promise<CliError> => {
    try {
      await make();
    } catch (error) {
      return error as CliError;
    }
    throw new Error("nothing was wrong");
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-key-"));
    said = [];
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("makes a keystore that its password opens, and shows neither key nor password", async () => {
    await make();
    const password = readFileSync(file("password"), "utf8").trim();
    expect(password.length).to.be.at.least(40);
    expect(said.join("\n"), "it is nowhere near the project").to.not.include("Move");
    const { address, privateKey } = await decryptKeystoreJson(readFileSync(file("key.json"), "utf8"), password);
    expect(new Wallet(privateKey).address).to.equal(address);
    const text = said.join("\n");
    expect(text).to.include(address);
    for (const secret of [privateKey.slice(2), password]) expect(text).to.not.include(secret);
    for (const name of ["key.json", "password"]) expect(statSync(file(name)).mode & 0o077, name).to.equal(0);
  });

  it("takes a password that is there, and leaves it", async () => {
    writeFileSync(file("password"), "correct horse\n");
    await make();
    expect(readFileSync(file("password"), "utf8")).to.equal("correct horse\n");
    const { address } = await decryptKeystoreJson(readFileSync(file("key.json"), "utf8"), "correct horse");
    expect(present(said[0])).to.include(address);
  });

  it("overwrites no key, and makes no password for a keystore that it cannot write", async () => {
    writeFileSync(file("key.json"), "mine");
    const { exitCode, message } = await failure();
    expect(exitCode).to.equal(EXIT.usage);
    expect(message).to.include("key.json is there already");
    expect(readFileSync(file("key.json"), "utf8")).to.equal("mine");
    expect(existsSync(file("password"))).to.equal(false);
  });

  it("warns of a key in the project's folder", async () => {
    await newKey({
      ...{ keystore: file("key.json"), passwordFile: file("password"), project: folder },
      say: (line) => void said.push(line),
    });
    expect(said.filter((line) => line.startsWith("Move"))).to.deep.equal(
      ["key.json", "password"].map(
        (name) => `Move ${file(name)} out of the project's folder: what is there may be committed by mistake.`,
      ),
    );
  });

  it("wants a password that is one", async () => {
    writeFileSync(file("password"), "\n");
    expect((await failure()).message).to.include("holds no password");
    expect(existsSync(file("key.json"))).to.equal(false);
  });
});
