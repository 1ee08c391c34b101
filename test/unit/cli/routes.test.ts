import { expect } from "chai";

import { RouteWatch } from "../../../cli/keeper/routes.js";
import { loadConfig } from "../../../keeper/config/sources.js";
import { SILENT } from "../../../keeper/log.js";
import { present } from "../../../sdk/present.js";
import { smallWorlds } from "../../support/scenario.js";

const HOUR = 3_600;

describe("cli: a keeper's routes", function () {
  this.timeout(120_000);
  const worldWith = smallWorlds();

  it("are looked up again now and then, and it is said of what asset there is none that accounts hold", async () => {
    const world = await worldWith({ accounts: 6 });
    const { provider, addresses } = world;
    const { contracts } = addresses;
    const said: [string, unknown][] = [];
    const log = {
      ...SILENT,
      warn: ({ asset, reason }: Readonly<Record<string, unknown>>, message: string) =>
        void said.push([message.slice(0, 8), asset ?? reason]),
    };
    const market = {
      addresses: { dollar: contracts.dollar },
      tokens: {},
      factory: present(addresses.uniswap).factory,
      engine: contracts.engine,
    };
    const watch = new RouteWatch(loadConfig({ flags: { rpc: "http://127.0.0.1:1" } }), market, provider, log);
    const { config } = world.newKeeper();
    const all = [...config.routes].sort((a, b) => a.asset - b.asset);
    // As a keeper that was started before there was any pool.
    config.routes.splice(0);
    present(config.reserve).routes.splice(0);
    await watch.look(config, 0);
    expect([...config.routes].sort((a, b) => a.asset - b.asset)).to.deep.equal(all);
    expect(present(config.reserve).routes).to.not.be.empty;
    expect(said).to.deep.equal([]);

    // The only pool of bitcoin loses all of its liquidity: after an hour it is no route any more.
    await world.market.setDepth(0, "WBTC");
    await world.chain.mine();
    const bitcoin = present(world.assets.find(({ symbol }) => symbol === "WBTC")).id;
    await watch.look(config, HOUR / 2);
    expect(config.routes).to.have.length(all.length);
    await watch.look(config, HOUR);
    expect(config.routes.map(({ asset }) => asset))
      .to.have.length(all.length - 1)
      .and.to.not.include(bitcoin);
    await watch.look(config, 2 * HOUR);
    // Said once.
    expect(said).to.deep.equal([["no route", BigInt(bitcoin)]]);

    await world.market.setDepth(1, "WBTC");
    await world.chain.mine();
    await watch.look(config, 3 * HOUR);
    expect(config.routes.map(({ asset }) => asset)).to.include(bitcoin);

    // What fails leaves them as they are.
    const broken = new RouteWatch(
      loadConfig({ flags: { rpc: "http://127.0.0.1:1" } }),
      { ...market, engine: contracts.dollar },
      provider,
      log,
    );
    await broken.look(config, 0);
    expect(config.routes).to.have.length(all.length);
    expect(said).to.have.length(2);
  });
});
