import { expect } from "chai";

import { ConfigError } from "../../../../keeper/config/errors.js";
import { packRoute, PoolMap } from "../../../../keeper/config/routes.js";
import { encodePath } from "../../../../sdk/uniswap/math.js";
import { present } from "../../../../sdk/present.js";
import { smallWorlds } from "../../../support/scenario.js";

const [WETH, USDC] = [`0x${"11".repeat(20)}`, `0x${"22".repeat(20)}`];

describe("keeper/config: routes", () => {
  const worldWith = smallWorlds();

  it("are packed from symbols, addresses and fees", () => {
    const packed = encodePath([WETH, USDC], [500]);
    expect(packRoute(["WETH", 500, USDC], { WETH }, "routes.0.path")).to.equal(packed);
    expect(packRoute(packed.toUpperCase().replace("0X", "0x"), {}, "x")).to.equal(packed);
  });

  it("say what is wrong with them", () => {
    const complaint = (route: (string | number)[]): string => {
      try {
        packRoute(route, { WETH }, "routes.3.path");
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigError);
        return (error as ConfigError).message;
      }
      throw new Error("it was taken");
    };
    expect(complaint(["WETH", 500, "USDT"]))
      .to.contain("routes.3.path")
      .and.to.contain('"USDT" is no token');
    expect(complaint(["WETH", USDC, 500])).to.contain("fee of their pool");
    expect(complaint(["WETH", 500])).to.contain("ends with a token");
  });

  it("are found among the pools that there are", async () => {
    const world = await worldWith({ accounts: 1 });
    const { config } = world.newKeeper();
    const tokens = [...world.tokens.values()].map((token) => token.address);
    const pools = await PoolMap.read(world.provider, present(world.addresses.uniswap).factory, tokens);
    const dollar = world.addresses.contracts.dollar;
    for (const { asset, path } of config.routes) {
      const { symbol } = present(world.assets.find((a) => a.id === asset));
      expect(pools.route(present(world.tokens.get(symbol)).address, dollar), symbol).to.equal(path);
    }
    expect(pools.route(dollar, dollar)).to.equal(undefined);
    expect(pools.route(present(world.tokens.get("WETH")).address, USDC)).to.equal(undefined);
  });
});
