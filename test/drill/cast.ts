/** Who takes part in a drill: two replicas with a key and a PostgreSQL server, one keeper with a key of its own, and an indexer. */

import { join } from "node:path";

import type { BaseWallet } from "ethers";

import { localWallet } from "../../replay/chain/embedded.js";
import type { World } from "../../replay/scenario/world.js";
import { present } from "../../sdk/present.js";
import { AuctionFiller__factory, FlashLiquidator__factory } from "../../types/contracts/index.js";
import { Group } from "./crew.js";
import { KeeperProcess } from "./keeper-process.js";
import { balancesOf, type Key } from "./ledger.js";
import { freePort } from "../support/port.js";

/** Which of the node's accounts keepers have. */
const SHARED = 1;
const OWN = 9;
/** Blocks after which keepers take a transaction to stay. */
const CONFIRMATIONS = "2";
/** Between two looks. {ms} */
const INTERVAL = "50";

export interface Stage {
  readonly world: World;
  /** Nodes, the preferred first. */
  readonly nodes: readonly string[];
  /** Of the PostgreSQL server. */
  readonly database: string;
  /** For journals and logs. */
  readonly folder: string;
}

export interface Cast {
  readonly keys: readonly Key[];
  readonly groups: readonly Group[];
  readonly indexer: KeeperProcess;
  /** All of them. */
  readonly processes: readonly KeeperProcess[];
}

export async function castFor({ world, nodes, database, folder }: Stage): Promise<Cast> {
  const rpc = nodes.flatMap((url) => ["--rpc", url]);
  const indexPort = await freePort();
  const indexer = new KeeperProcess({
    name: "indexer",
    command: "index",
    folder,
    port: indexPort,
    args: [...rpc, "--interval", INTERVAL, "--directory", join(folder, "index")],
    environment: { DATABASE_URL: "" },
  });
  const keeper = async (name: string, key: Key, more: Record<string, string> = {}): Promise<KeeperProcess> =>
    new KeeperProcess({
      name,
      command: "keeper",
      folder,
      port: await freePort(),
      args: [...rpc, "--execute", "--interval", INTERVAL, "--confirmations", CONFIRMATIONS],
      environment: {
        ...key.journal,
        PLIMSOLL_PRIVATE_KEY: key.wallet.signingKey.privateKey,
        PLIMSOLL_INDEXER: `http://127.0.0.1:${indexPort.toString()}`,
        PLIMSOLL_NODE_TIMEOUT: "1000",
        ...more,
      },
    });

  const key = async (name: string, index: number, journal: Key["journal"]): Promise<Key> => {
    const wallet = localWallet(index, world.provider);
    return { name, wallet, journal, before: await balancesOf(world, wallet.address) };
  };
  const contracts = await contractsFor(world, localWallet(OWN, world.provider));
  const shared = await key("replicas", SHARED, { DATABASE_URL: database });
  const own = await key("single", OWN, { PLIMSOLL_JOURNAL: join(folder, "journal"), DATABASE_URL: "" });
  const replicas = [await keeper("replica-1", shared), await keeper("replica-2", shared)];
  const single = await keeper("single", own, contracts);
  return {
    keys: [shared, own],
    groups: [new Group("replicas", replicas), new Group("single", [single])],
    indexer,
    processes: [indexer, ...replicas, single],
  };
}

/** What the second key needs of its own: contracts that obey it. */
async function contractsFor(world: World, owner: BaseWallet): Promise<Record<string, string>> {
  const { contracts, uniswap } = world.addresses;
  const router = present(uniswap).router;
  await world.chain.setAutomine(true);
  const liquidator = await new FlashLiquidator__factory(owner).deploy(contracts.engine, router, owner.address);
  const filler = await new AuctionFiller__factory(owner).deploy(
    contracts.rebalancer,
    contracts.reserve,
    contracts.dollar,
    router,
    owner.address,
  );
  await filler.waitForDeployment();
  await world.chain.setAutomine(false);
  return { PLIMSOLL_LIQUIDATOR: await liquidator.getAddress(), PLIMSOLL_FILLER: await filler.getAddress() };
}
