import { expect } from "chai";

import { LOCAL_ASSETS } from "../../../../deploy/parameters/local.js";
import { ESTABLISHED, governed, MEASURED, nameOf, parsePolicy, PolicyError } from "../../../../replay/policy/policy.js";

const [WETH, WBTC] = LOCAL_ASSETS;

describe("replay/policy: how haircuts are governed", () => {
  it("is as deployed when nobody says otherwise", () => {
    expect(governed(LOCAL_ASSETS, MEASURED)).to.deep.equal(LOCAL_ASSETS);
    expect(parsePolicy('{"kind":"measured"}', "p.json")).to.deep.equal(MEASURED);
  });

  it("raises floors, and the initial one with the maintenance one", () => {
    const policy = parsePolicy('{"kind":"measured","floors":{"WETH":{"maintenance":0.25}}}', "p.json");
    const [weth, wbtc] = governed(LOCAL_ASSETS, policy);
    expect(weth).to.include({ maintenanceHaircut: 2_500, initialHaircut: 2_800 });
    expect(weth!.mostInitialHaircut).to.equal(WETH!.mostInitialHaircut);
    expect(wbtc).to.deep.equal(WBTC);
  });

  it("fixes haircuts to what is left of a loan-to-value and a threshold", () => {
    const [weth] = governed(LOCAL_ASSETS, ESTABLISHED);
    expect(weth).to.include({
      initialHaircut: 2_000,
      mostInitialHaircut: 2_000,
      maintenanceHaircut: 1_750,
      mostMaintenanceHaircut: 1_750,
    });
    expect(nameOf(ESTABLISHED)).to.equal("Aave v2");
  });

  it("refuses what the risk model would, by asset and limit", () => {
    const policy = parsePolicy(
      '{"kind":"fixed","assets":{"WBTC":{"loanToValue":0.97,"liquidationThreshold":0.98}}}',
      "p.json",
    );
    expect(() => governed(LOCAL_ASSETS, policy)).to.throw(
      PolicyError,
      "WBTC: the initial haircut is 300 bps, the risk model takes 500",
    );
  });

  it("says where a file is wrong", () => {
    const read = (text: string) => () => parsePolicy(text, "p.json");
    expect(read("{")).to.throw(PolicyError, "p.json is not JSON");
    expect(read('{"kind":"voted"}')).to.throw(PolicyError, "p.json at kind");
    expect(read('{"kind":"fixed","assets":{"DOGE":{}}}')).to.throw(PolicyError, "p.json at assets");
    expect(read('{"kind":"fixed","assets":{"WETH":{"loanToValue":0.9,"liquidationThreshold":0.8}}}')).to.throw(
      PolicyError,
      "p.json at assets.WETH: a loan-to-value is above the liquidation threshold",
    );
  });
});
