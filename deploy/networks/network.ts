/** What a public network has that the protocol stands on: its file in this folder, checked where it is read. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { getAddress, isAddress } from "ethers";
import { z } from "zod";

/** The public networks that a deployment is prepared for; each has a file of that name here. */
export const PUBLIC_NETWORKS = ["sepolia", "base-sepolia", "arbitrum-sepolia"] as const;
export type PublicNetworkName = (typeof PUBLIC_NETWORKS)[number];

const DEVIATION_LIMIT = 1_000;
const FEED_DECIMALS_LIMIT = 24;

const address = z
  .string()
  .refine(isAddress, "not an address, or with a wrong checksum")
  .transform((text) => getAddress(text));
const positive = z.number().int().positive();

const feed = z
  .object({
    address,
    /** As the feed describes itself. */
    description: z.string().min(1),
    decimals: positive.max(FEED_DECIMALS_LIMIT),
    /** As Chainlink publishes it; how late an answer may be follows from it. {s} */
    heartbeat: positive,
    /** Between two answers, as Chainlink publishes it. bps */
    deviation: positive.max(DEVIATION_LIMIT),
  })
  .strict();

const token = z
  .object({
    /** Null where the network has no such token: a faucet token is deployed. */
    address: address.nullable(),
    /** Name of the feed that prices it. */
    feed: z.string(),
    /** What the reserve begins with, in whole tokens. */
    seed: z.string().regex(/^\d+(\.\d+)?$/, "not an amount like 12.5"),
    /** How the deployer comes by the seed: wraps ether, mints a faucet token, or has it already. */
    source: z.enum(["wrap", "faucet", "held"]),
    /** Where a faucet gives some away. */
    from: z.string().url().optional(),
  })
  .strict()
  .refine(({ address: at, source }) => (at === null) === (source === "faucet"), {
    message: 'a token without an address comes from the faucet ("source": "faucet"), and no other does',
  });

const schema = z
  .object({
    name: z.string().min(1),
    title: z.string().min(1),
    chainId: positive,
    /** Whose data costs extra, and how it is asked for. */
    rollup: z.enum(["op", "arbitrum"]).nullable(),
    /** Blocks after which a transaction is taken to stay. */
    confirmations: positive,
    explorer: z.object({ url: z.string().url(), api: z.string().url() }).strict(),
    /** Chainlink's feed of the sequencer's uptime: null on a layer 1, and on test networks, which have none. */
    sequencer: address.nullable(),
    feeds: z.record(feed),
    tokens: z.record(token),
    uniswap: z.object({ factory: address, positions: address, quoter: address }).strict(),
    /** Pages that the addresses were taken from. */
    sources: z.array(z.string().url()).min(1),
  })
  .strict()
  .superRefine(({ feeds, tokens }, context) => {
    for (const [symbol, { feed: name }] of Object.entries(tokens)) {
      if (feeds[name] === undefined) {
        context.addIssue({ code: "custom", path: ["tokens", symbol, "feed"], message: `there is no feed ${name}` });
      }
    }
  });

export type PublicNetwork = z.output<typeof schema>;
export type NetworkFeed = PublicNetwork["feeds"][string];
export type NetworkToken = PublicNetwork["tokens"][string];

/** A network's file that cannot be read, or says what it may not. */
export class InvalidNetwork extends Error {
  override readonly name = "InvalidNetwork";

  /** @param problems What is wrong, and where: "feeds.ETH.address: not an address". */
  constructor(
    readonly path: string,
    readonly problems: readonly string[],
  ) {
    super(`${path} does not describe a network: ${problems.join("; ")}`);
  }
}

/** Where the file of a network that the project knows is. */
export function networkPath(name: PublicNetworkName): string {
  return fileURLToPath(new URL(`${name}.json`, import.meta.url));
}

/**
 * Reads a network's file.
 * @throws {InvalidNetwork} that names each thing that is wrong.
 */
export function readNetwork(path: string): PublicNetwork {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new InvalidNetwork(path, [(error as NodeJS.ErrnoException).code ?? "it is no JSON"]);
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  throw new InvalidNetwork(
    path,
    error.issues.map((issue) =>
      issue.path.length === 0 ? issue.message : `${issue.path.join(".")}: ${issue.message}`,
    ),
  );
}
