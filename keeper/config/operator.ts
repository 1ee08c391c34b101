/** What an operator configures: one schema for file, environment and flags. Amounts are decimal, in the unit that the field's comment names. */

import { getAddress, isAddress, parseUnits } from "ethers";
import { z } from "zod";

import { DOLLAR } from "../config.js";
import { NETWORKS } from "./networks.js";

/** How relays want to be told of a transaction. */
const RELAY_METHODS = ["eth_sendRawTransaction", "eth_sendPrivateTransaction"] as const;
export type RelayMethod = (typeof RELAY_METHODS)[number];

const DECIMAL = /^\d+(\.\d+)?$/;

/** A decimal number as text or number, to a bigint of so many decimals. */
function decimal(decimals: number, unit: string): z.ZodType<bigint, z.ZodTypeDef, unknown> {
  return z.unknown().transform((value, context): bigint => {
    const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
    const places = text.split(".")[1]?.length ?? 0;
    if (!DECIMAL.test(text) || places > decimals) {
      context.addIssue({ code: "custom", message: `a number of ${unit} is needed, such as 12.5, not below 0` });
      return z.NEVER;
    }
    return parseUnits(text, decimals);
  });
}

/** A number as JSON has it, or as environment and flags do: text. */
function number(minimum: number, maximum: number, whole = true): z.ZodType<number, z.ZodTypeDef, unknown> {
  return z.unknown().transform((value, context): number => {
    const parsed = typeof value === "string" && DECIMAL.test(value.trim()) ? Number(value) : value;
    if (typeof parsed === "number" && parsed >= minimum && parsed <= maximum && (!whole || Number.isInteger(parsed))) {
      return parsed;
    }
    const rule = `a ${whole ? "whole " : ""}number from ${minimum} to ${maximum} is needed`;
    context.addIssue({ code: "custom", message: rule });
    return z.NEVER;
  });
}

const yesOrNo = z.unknown().transform((value, context): boolean => {
  if (value === true || value === "true" || value === "1") return true;
  if (value === false || value === "false" || value === "0") return false;
  context.addIssue({ code: "custom", message: "true or false is needed" });
  return z.NEVER;
});

const plusd = decimal(18, "plUSD");
const gwei = decimal(9, "gwei");
const address = z
  .string()
  .refine(isAddress, "an address is needed: 0x and 40 hexadecimal digits, with a right checksum if of mixed case")
  .transform(getAddress);
const url = (schemes: readonly string[]): z.ZodType<string, z.ZodTypeDef, unknown> =>
  z.string().refine(
    (text) => {
      const parsed = URL.canParse(text) ? new URL(text) : undefined;
      return parsed !== undefined && schemes.includes(parsed.protocol.slice(0, -1));
    },
    `a URL is needed that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
  );
const asset = number(0, 15);

/** A route over Uniswap v3: packed, or as a list of tokens (symbols of the address book, or addresses) and fees between them. */
const route = z.union([
  z.string().regex(/^0x[0-9a-fA-F]{86,}$/, "a packed route is needed: 0x, token, fee, token"),
  z.array(z.union([z.string(), z.number().int().positive()])).min(3, "a route is a token, a fee, a token, and so on"),
]);

export const addressesSchema = z
  .object({
    engine: address,
    lens: address,
    oracle: address,
    risk: address,
    /** plUSD. */
    dollar: address,
    sheet: address,
    reserve: address,
    rebalancer: address,
    backstop: address,
    /** The operator's own FlashLiquidator and AuctionFiller. */
    liquidator: address,
    filler: address,
    /** Uniswap's, for whoever deploys those two. */
    router: address,
  })
  .partial()
  .strict();

export const operatorSchema = z
  .object({
    /** Name of the chain; its address book says what is deployed there, unless another one is named. */
    network: z.string().refine((name) => Object.hasOwn(NETWORKS, name), {
      message: `one of these is needed: ${Object.keys(NETWORKS).join(", ")}; or no network, but rpc`,
    }),
    /** Nodes of the chain, the preferred one first. */
    rpc: z.array(url(["http", "https"])).min(1, "at least one URL of a node is needed"),
    /** Private relays that are told of transactions first; without any all nodes are told at once. */
    relay: z
      .object({
        rpc: z.array(url(["http", "https"])).default([]),
        method: z
          .enum(RELAY_METHODS, { message: `one of these is needed: ${RELAY_METHODS.join(", ")}` })
          .default("eth_sendRawTransaction"),
        /** Blocks after which nodes are told of what no block has; 0 for never. */
        patience: number(0, 1_000).default(10),
        /** Whether each request carries a signature of a key that says only that it is the same sender (the header X-Flashbots-Signature). */
        signed: yesOrNo.default(false),
        /** Whether what solvency needs waits for that, too, or goes to relays and nodes at once. */
        solvency: z.enum(["relay", "both"], { message: "relay or both is needed" }).default("relay"),
      })
      .strict()
      .default({}),
    /** Send transactions. Otherwise the keeper looks, simulates and says what it would send. */
    execute: yesOrNo.default(false),
    /** The key comes from a keystore, or from PLIMSOLL_PRIVATE_KEY. */
    key: z
      .object({
        keystore: z.string().min(1),
        passwordFile: z.string().min(1),
        /** Whom a dry run without a key looks as. */
        address,
      })
      .partial()
      .strict()
      .default({}),
    /** Where intents are written: a directory, or a PostgreSQL server. */
    journal: z
      .object({ directory: z.string().min(1), databaseUrl: url(["postgres", "postgresql"]) })
      .partial()
      .strict()
      .default({}),
    /** Where positions can be had at once, and for `plimsoll index` where it keeps them and answers. */
    indexer: z
      .object({
        /** Without one the keeper reads all of the engine's events at its start. */
        url: url(["http", "https"]).optional(),
        /** The server of `journal.databaseUrl` takes its place. */
        directory: z.string().min(1).optional(),
        host: z.string().min(1).default("127.0.0.1"),
        port: number(0, 65_535).default(9_465),
      })
      .strict()
      .default({}),
    /** File with the address book of a deployment (`plimsoll deploy --out` writes one); without it those count that are known here. */
    addressBook: z.string().min(1).optional(),
    /** In place of what the address book says. */
    addresses: addressesSchema.default({}),
    /** Block to read events from: the engine's deployment. */
    firstBlock: number(0, Number.MAX_SAFE_INTEGER).optional(),
    /** How each asset is sold for plUSD, and how what auctions sell is sold for what they want. */
    routes: z.array(z.object({ asset, path: route }).strict()).default([]),
    auctionRoutes: z
      .array(z.object({ sold: asset, bought: z.union([z.literal(DOLLAR), asset]), path: route }).strict())
      .default([]),
    /** Time between two looks at the chain. {ms} */
    interval: number(50, 60_000).default(2_000),
    fees: z
      .object({
        /** To block producers. {gwei} per gas */
        tip: gwei.default("1"),
        /** No transaction ever offers more. {gwei} per gas */
        ceiling: gwei.default("3000"),
        /** By how much one transaction outbids the other in whose place it comes. % */
        bumpPercent: number(12.5, 100, false).default(12.5),
        /** Blocks that a transaction may wait before it is outbid. */
        patience: number(1, 1_000).default(12),
        /** Blocks, its own included, after which a transaction is taken to stay. */
        confirmations: number(1, 1_000).default(12),
      })
      .strict()
      .default({}),
    spending: z
      .object({
        /** What jobs may lose within a day, those of solvency only beyond their own. {plUSD} */
        gasBudget: plusd.default("50"),
        /** What jobs that solvency needs may lose within a day before they take from that. {plUSD} */
        solvencyBudget: plusd.default("1000"),
        /** A liquidation or a fill must leave this after gas. {plUSD} */
        minProfit: plusd.default("0.5"),
        /** Of what either is expected to leave, this part may be lost to the market, or to whoever trades around it, until it is included. % */
        slippage: number(0, 100, false).default(25),
        /** What an absorption may cost per account beyond its tip. {plUSD} */
        absorbSubsidy: plusd.default("2"),
        /** What a fill may cost when its auction is about to end. {plUSD} */
        auctionSubsidy: plusd.default("5"),
        /** What a whole coin of gas is taken to be worth while nobody knows its price; rather too much. {plUSD} */
        gasAssetPrice: plusd.default("10000"),
      })
      .strict()
      .default({}),
    nodes: z
      .object({
        /** For one answer. {ms} */
        timeout: number(50, 120_000).default(5_000),
        /** A node that is further behind than either of these is left out. Blocks, {s} */
        behindBlocks: number(1, 1_000).default(3),
        behindSeconds: number(1, 3_600).default(60),
      })
      .strict()
      .default({}),
    operation: z
      .object({
        /** Where /metrics, /health and /ready are served; port 0 serves nothing. */
        host: z.string().min(1).default("127.0.0.1"),
        port: number(0, 65_535).default(9_464),
        /** Ready is a keeper that has looked at a block no older than this. {s} */
        readyWithin: number(1, 86_400).default(60),
      })
      .strict()
      .default({}),
    log: z
      .object({ level: z.enum(["debug", "info", "warn", "error"]).default("info") })
      .strict()
      .default({}),
  })
  .partial({ network: true, rpc: true })
  .strict();

export type OperatorConfig = z.output<typeof operatorSchema>;
export type Addresses = z.output<typeof addressesSchema>;
