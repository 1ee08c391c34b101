import { expect } from "chai";

import { createLog } from "../../../../keeper/operation/log.js";

const KEY = `0x${"4C0883a6".repeat(8)}`;

describe("keeper/operation: log", () => {
  function logged(secrets: string[], say: (log: ReturnType<typeof createLog>) => void): string {
    let out = "";
    say(createLog({ level: "info", secrets, write: (line) => void (out += line) }));
    return out;
  }

  it("is one JSON object a line, with amounts as people read them, and others to the last digit", () => {
    const out = logged([], (log) => {
      const amounts = { expected: -(10n ** 24n + 1n), realised: 66_974_000_000_000_000_000n, fee: 533n * 10n ** 12n };
      log.info({ ...amounts, gasLimit: 10n ** 24n + 1n, accounts: ["0x1"], inner: { nonce: 3n } }, "sent");
      log.debug({}, "not this");
    });
    const line = JSON.parse(out) as Record<string, unknown>;
    expect(line).to.deep.include({ level: "info", msg: "sent", accounts: ["0x1"], inner: { nonce: "3" } });
    expect(line).to.include({ expected: "-1000000.00 plUSD", realised: "66.97 plUSD", fee: "0.000533 ether" });
    expect(line.gasLimit).to.equal("1000000000000000000000001");
  });

  it("holds no secret: not by its field, not in a message, not in an error, in no case and without 0x", () => {
    const out = logged([KEY, 'hunt"er'], (log) => {
      log.info({ privateKey: "another", key: KEY, url: `https://x/${KEY.slice(2)}` }, `look: ${KEY.toLowerCase()}`);
      log.error({ reason: new Error(`bad ${KEY.toUpperCase()}`).message, inner: { password: "third" } }, 'the hunt"er');
    });
    for (const secret of ["4c0883a6", "another", "third", "hunt"]) expect(out.toLowerCase()).to.not.contain(secret);
    for (const line of out.trim().split("\n")) JSON.parse(line);
  });
});
