import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { encryptKeystoreJsonSync, Wallet } from "ethers";

import { KeyError } from "../../../../keeper/config/errors.js";
import { loadWallet } from "../../../../keeper/config/key.js";

const KEY = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
const { address } = new Wallet(KEY);

describe("keeper/config: key", () => {
  let folder = "";
  const at = (name: string): string => join(folder, name);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-key-"));
    // As weak as it may be: what is tested is not how long it takes to open.
    const json = encryptKeystoreJsonSync({ address, privateKey: KEY }, "hunter2", { scrypt: { N: 2, r: 1, p: 1 } });
    writeFileSync(at("key.json"), json);
    writeFileSync(at("password"), "hunter2\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  async function complaint(key: Parameters<typeof loadWallet>[0]["key"], environment: Record<string, string> = {}) {
    try {
      await loadWallet({ key }, environment);
    } catch (error) {
      expect(error).to.be.instanceOf(KeyError);
      const { message, stack } = error as KeyError;
      expect(`${message}${stack ?? ""}`)
        .to.not.contain("hunter")
        .and.to.not.contain(KEY.slice(2, 20));
      return message;
    }
    throw new Error("it was taken");
  }

  it("opens a keystore with the password of a file, or of the environment", async () => {
    const keystore = at("key.json");
    expect((await loadWallet({ key: { keystore, passwordFile: at("password") } }, {}))?.address).to.equal(address);
    expect((await loadWallet({ key: { keystore } }, { PLIMSOLL_KEYSTORE_PASSWORD: "hunter2" }))?.address).to.equal(
      address,
    );
  });

  it("takes a key from the environment, and does without", async () => {
    expect((await loadWallet({ key: {} }, { PLIMSOLL_PRIVATE_KEY: `${KEY}\n` }))?.address).to.equal(address);
    expect(await loadWallet({ key: {} }, {})).to.equal(undefined);
  });

  it("says what is wrong, without the secret", async () => {
    const keystore = at("key.json");
    expect(await complaint({ keystore }, { PLIMSOLL_KEYSTORE_PASSWORD: "hunter3" })).to.contain("password is wrong");
    expect(await complaint({ keystore })).to.contain("needs a password");
    expect(await complaint({ keystore: at("none"), passwordFile: at("password") })).to.contain("ENOENT");
    expect(await complaint({ keystore: at("password"), passwordFile: at("password") })).to.contain("no encrypted JSON");
    expect(await complaint({ keystore, passwordFile: at("none") })).to.contain("ENOENT");
    expect(await complaint({}, { PLIMSOLL_PRIVATE_KEY: `${KEY}00` })).to.contain("no private key");
  });
});
