import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { InvalidNetwork, networkPath, PUBLIC_NETWORKS, readNetwork } from "../../../deploy/networks/network.js";
import { publicAssets, publicHoldings } from "../../../deploy/parameters/public.js";
import { NETWORKS } from "../../../keeper/config/networks.js";

type Json = Record<string, unknown>;

describe("deploy/networks", () => {
  let folder = "";
  before(() => void (folder = mkdtempSync(join(tmpdir(), "plimsoll-networks-"))));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Sepolia's file with one thing changed. */
  function changed(change: (file: Record<string, Json>) => void): string {
    const file = JSON.parse(readFileSync(networkPath("sepolia"), "utf8")) as Record<string, Json>;
    change(file);
    const path = join(folder, "changed.json");
    writeFileSync(path, JSON.stringify(file));
    return path;
  }

  function refusal(path: string): string {
    try {
      readNetwork(path);
    } catch (error) {
      expect(error).to.be.instanceOf(InvalidNetwork);
      return (error as InvalidNetwork).message;
    }
    return "";
  }

  for (const name of PUBLIC_NETWORKS) {
    it(`${name}: has a feed and terms for every token, no address twice, and the chain id that the rest of the program knows`, () => {
      const network = readNetwork(networkPath(name));
      expect(network.name).to.equal(name);
      expect(network.chainId).to.equal(NETWORKS[name]?.chainId);
      expect(publicAssets(network).map(({ symbol }) => symbol)).to.deep.equal(["WETH", "WBTC", "LINK", "USDC"]);
      const holdings = Object.values(publicHoldings(network));
      expect(holdings.reduce((sum, { target }) => sum + target, 0)).to.equal(10_000);
      const all = [
        ...Object.values(network.feeds).map(({ address }) => address),
        ...Object.values(network.tokens).flatMap(({ address }) => address ?? []),
        ...Object.values(network.uniswap),
      ];
      expect(new Set(all).size).to.equal(all.length);
      for (const [feed, { description }] of Object.entries(network.feeds)) {
        expect(description).to.equal(`${feed} / USD`);
      }
    });
  }

  it("refuses, by name, what a file may not say", () => {
    const cases: [(file: Record<string, Json>) => void, RegExp][] = [
      [
        (file) => ((file.feeds!.ETH as Json).address = "0x694AA1769357215DE4FAC081bf1f309aDC325307"),
        /feeds\.ETH\.address: not an address/,
      ],
      [(file) => ((file.tokens!.WETH as Json).feed = "ETHER"), /tokens\.WETH\.feed: there is no feed ETHER/],
      [
        (file) => ((file.tokens!.USDC as Json).address = null),
        /tokens\.USDC: a token without an address comes from the faucet/,
      ],
      [(file) => ((file.tokens!.LINK as Json).seed = "-1"), /tokens\.LINK\.seed: not an amount/],
      [(file) => ((file.feeds!.BTC as Json).deviation = 2_000), /feeds\.BTC\.deviation/],
      [(file) => ((file as Json).extra = 1), /extra/],
    ];
    for (const [change, rule] of cases) expect(refusal(changed(change))).to.match(rule);
    expect(refusal(join(folder, "absent.json"))).to.match(/absent\.json does not describe a network: ENOENT/);
    expect(() => publicAssets(readNetwork(changed((file) => delete file.tokens!.LINK)))).to.throw(
      InvalidNetwork,
      "tokens.LINK: it is missing",
    );
  });
});
