/** What anybody may know: the assets, the balance sheet, the auctions, and all of it live. Needs the contracts' bindings. */

import { setTimeout as wait } from "node:timers/promises";

import type { JsonRpcProvider } from "ethers";

import type { AddressBook } from "../../sdk/addresses.js";
import { yearly } from "../../sdk/arithmetic/interest.js";
import { standingOf } from "../../sdk/credit/standing.js";
import { PRICE_STATUS } from "../../sdk/credit/valuation.js";
import { amountText } from "../../sdk/errors/format.js";
import { GOVERNANCE_SENTENCES } from "../../sdk/errors/governance.js";
import { explain } from "../../sdk/errors/index.js";
import { account } from "../../sdk/reads/account.js";
import { auctions, DOLLAR, type Auctions } from "../../sdk/reads/auctions.js";
import { balanceSheet, type Statement } from "../../sdk/reads/balance-sheet.js";
import { PAUSE, protocol, termsOf, type Asset, type Protocol } from "../../sdk/reads/protocol.js";
import { combined, mapped, read, ReadFailed, type Block, type Query } from "../../sdk/reads/query.js";
import { parseAddress } from "../address.js";
import type { Details } from "../errors.js";
import { connect, findChain, type ChainOptions } from "../chain.js";
import { columns } from "../columns.js";
import { clock, json, money, percent, ratio } from "../present.js";

export interface ReadOptions extends ChainOptions {
  readonly json?: boolean;
}

export type Say = (line: string) => void;

async function onChain<T>(
  options: ChainOptions,
  work: (provider: JsonRpcProvider, book: AddressBook) => Promise<T>,
): Promise<T> {
  const { url, book } = await findChain(options);
  const provider = connect(url, book.chainId);
  try {
    return await work(provider, book);
  } finally {
    provider.destroy();
  }
}

/** One query, in one call; as lines or as JSON. */
async function tell<T>(
  options: ReadOptions,
  say: Say,
  query: (book: AddressBook) => Query<T>,
  lines: (value: T, block: Block) => readonly string[],
): Promise<void> {
  await onChain(options, async (provider, book) => {
    const { value, block } = await read(provider, book, withBlock(query(book)));
    if (options.json === true) say(json({ block, ...value }));
    else for (const line of lines(value, block)) say(line);
  });
}

function withBlock<T>(query: Query<T>): Query<{ value: T; block: Block }> {
  return mapped(query, (value, block) => ({ value, block }));
}

// ---- assets

function stateOf(asset: Asset): string {
  const states = [
    ...(asset.answers ? [] : ["token does not answer"]),
    ...(asset.delisted ? ["delisted"] : []),
    ...(asset.status === PRICE_STATUS.unpriced ? ["no price"] : []),
    ...(asset.status === PRICE_STATUS.disagreeing ? ["prices disagree"] : []),
    ...(["deposit", "withdraw", "borrow", "flashLoan"] as const)
      .filter((name) => (asset.pauses & PAUSE[name]) !== 0n)
      .map((name) => `${name} paused`),
  ];
  return states.length === 0 ? "open" : states.join(", ");
}

function assetLines({ assets }: Protocol): string[] {
  const head = [
    "asset",
    "price USD",
    "low",
    "high",
    "haircut",
    "maintenance",
    "deposited",
    "cap",
    "worth USD",
    "state",
  ];
  const whole = (a: Asset, ledger: bigint): string => amountText((ledger * a.scale) / 10n ** BigInt(a.decimals), 0);
  const rows = assets.map((a) => [
    a.symbol,
    ...[money(a.mid), money(a.low), money(a.high), percent(a.initialHaircut), percent(a.maintenanceHaircut)],
    ...[whole(a, a.total), whole(a, a.cap), money(a.value), stateOf(a)],
  ]);
  return columns([head, ...rows]);
}

/** What can be deposited, and how it counts. */
export async function showAssets(options: ReadOptions, say: Say): Promise<void> {
  await tell(options, say, protocol, assetLines);
}

// ---- balance sheet

function sheetLines(s: Statement, { assets }: Protocol): string[] {
  const symbol = (number: bigint): string => assets.find((a) => a.number === number)?.symbol ?? `asset ${number}`;
  const dollars = (name: string, value: bigint): string[] => [name, `${money(value)} USD`];
  return [
    ...columns([
      ...s.lines.map((line) => [`reserve: ${symbol(line.asset)}`, `${money(line.value)} USD`]),
      dollars("reserve", s.reserve),
      dollars("loans", s.loans),
      ["plUSD outstanding", `${money(s.supply)} USD`],
      dollars("equity", s.equity),
      dollars("Backstop", s.backstop),
      dollars("capital", s.capital),
    ]),
    "",
    ...columns([
      dollars("value at risk", s.valueAtRisk),
      dollars("worst jump", s.jump),
      dollars("for loans", s.loanPart),
      dollars("required", s.required),
      dollars(s.capital >= s.required ? "above the line" : "BELOW THE LINE", s.capital - s.required),
      ["backing", ratio(s.backing)],
      ["coverage with haircuts", ratio(s.coverage)],
      ["may be borrowed", `${money(s.borrowable < s.headroom ? s.borrowable : s.headroom)} plUSD or more`],
    ]),
  ];
}

/** The balance sheet as it would be stated now. */
export async function showBalanceSheet(options: ReadOptions, say: Say): Promise<void> {
  const query = (book: AddressBook): Query<{ sheet: Statement; protocol: Protocol }> =>
    combined({ sheet: balanceSheet(book), protocol: protocol(book) });
  await tell(options, say, query, (value, block) => [
    `Balance sheet at ${clock(block.timestamp)}, block ${block.number}${value.sheet.fullyPriced ? "" : ", NOT FULLY PRICED"}`,
    "",
    ...sheetLines(value.sheet, value.protocol),
  ]);
}

// ---- auctions

function auctionLines({ open, lossBudget, weights }: Auctions, { assets }: Protocol): string[] {
  const find = (number: bigint): Asset | undefined => assets.find((a) => a.number === number);
  const name = (number: bigint): string => (number === DOLLAR ? "plUSD" : (find(number)?.symbol ?? `asset ${number}`));
  const rows = open.map((a) => {
    const asset = find(a.sold);
    const left = asset === undefined ? a.left.toString() : amountText(a.left * asset.scale, asset.decimals);
    return [`${name(a.sold)} for ${name(a.bought)}`, left, ratio(a.factor), clock(a.endsAt), a.over ? "over" : "open"];
  });
  const held = weights.flatMap(({ now, target, band }, i) =>
    now === 0n && target === 0n ? [] : [[name(BigInt(i)), percent(now), percent(target), percent(band)]],
  );
  return [
    ...(rows.length === 0
      ? ["No auction is open."]
      : columns([["auction", "left", "of the oracle's price", "ends", ""], ...rows])),
    "",
    ...columns([["reserve", "weight", "target", "band"], ...held]),
    "",
    `May still be lost against the oracle today: ${money(lossBudget)} USD`,
  ];
}

/** Open auctions, and what the reserve is made of. */
export async function showAuctions(options: ReadOptions, say: Say): Promise<void> {
  const query = (book: AddressBook): Query<{ auctions: Auctions; protocol: Protocol }> =>
    combined({ auctions: auctions(book), protocol: protocol(book) });
  await tell(options, say, query, (value) => auctionLines(value.auctions, value.protocol));
}

// ---- watch

export interface WatchOptions extends ReadOptions {
  readonly account?: string;
  /** {s} */
  readonly interval: number;
  readonly once?: boolean;
}

export interface Screen {
  readonly write: (text: string) => void;
  /** Whether one picture may take the place of the last. */
  readonly live: boolean;
}

const CLEAR = "\u001b[2J\u001b[H";

function frame({ sheet, auctions: found, protocol: p, who }: Frame, block: Block): string[] {
  const { debt, gate } = p;
  return [
    `Plimsoll at ${clock(block.timestamp)}, block ${block.number}`,
    "",
    ...columns([
      ["capital", `${money(sheet.capital)} USD`, "required", `${money(sheet.required)} USD`],
      ["backing", ratio(sheet.backing), "outstanding", `${money(sheet.supply)} plUSD`],
      ["lent", `${money(debt.total)} plUSD`, "may be lent", `${money(gate.available)} plUSD`],
      ["rate", `${(100 * yearly(debt.rate)).toFixed(2)}% a year`, "auctions", found.open.length.toString()],
    ]),
    "",
    ...assetLines(p),
    ...(who === undefined ? [] : ["", ...accountLines(who, p)]),
  ];
}

interface Frame {
  readonly sheet: Statement;
  readonly auctions: Auctions;
  readonly protocol: Protocol;
  readonly who: Parameters<typeof accountLines>[0] | undefined;
}

function accountLines(who: { readonly address: string } & Parameters<typeof standingOf>[0], p: Protocol): string[] {
  const s = standingOf(who, termsOf(p));
  const health = s.debt === 0n ? "no debt" : `health ${ratio(s.health)}${s.liquidatable ? ", MAY BE LIQUIDATED" : ""}`;
  return [`${who.address}: ${money(s.debt)} plUSD owed, ${money(s.available)} plUSD to borrow, ${health}`];
}

const SILENT = new Set(["NETWORK_ERROR", "SERVER_ERROR", "TIMEOUT", "ECONNREFUSED", "ECONNRESET", "ENOTFOUND"]);

/** What is told of a look that failed, before the next one: a node that does not answer, or what is wrong with what it answered. */
function failure(error: unknown, book: AddressBook): Details & { readonly message: string } {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === "string" && SILENT.has(code)) {
    return { code: "NoAnswer", message: "The node does not answer", values: {} };
  }
  const found = explain(error instanceof ReadFailed ? { data: error.data } : error, {
    book,
    sentences: GOVERNANCE_SENTENCES,
  });
  if (error instanceof ReadFailed) {
    const { name: reading, target } = error.reading;
    const message = found === undefined ? error.message : `${error.message}: ${found.message}`;
    return { code: error.name, message, values: { reading, target, ...found?.args } };
  }
  if (found !== undefined) return { code: found.name, message: found.message, values: found.args };
  // An error of the program itself does not go away by being repeated.
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) throw error;
  return { code: typeof code === "string" ? code : String(name), message: error.message, values: {} };
}

/** A picture of the protocol, and of an account, until told to stop. What goes wrong is told, and looked at again. */
export async function watch(options: WatchOptions, screen: Screen, signal: AbortSignal): Promise<void> {
  const address = options.account === undefined ? undefined : parseAddress(options.account);
  await onChain(options, async (provider, book) => {
    const parts = { sheet: balanceSheet(book), auctions: auctions(book), protocol: protocol(book) };
    const query: Query<Frame> =
      address === undefined
        ? mapped(combined(parts), (f) => ({ ...f, who: undefined }))
        : combined({ ...parts, who: account(book, address) });
    let last: bigint | undefined;
    while (!signal.aborted) {
      try {
        const { value, block } = await read(provider, book, withBlock(query));
        if (options.json === true) {
          if (block.number !== last) screen.write(`${json({ block, ...value })}\n`);
        } else if (screen.live || block.number !== last) {
          screen.write(`${screen.live ? CLEAR : ""}${frame(value, block).join("\n")}\n${screen.live ? "" : "\n"}`);
        }
        last = block.number;
      } catch (error) {
        if (options.once === true) throw error;
        const told = failure(error, book);
        screen.write(
          options.json === true ? `${json({ error: told })}\n` : `${told.message.replace(/\.$/, "")}; asking again.\n`,
        );
      }
      if (options.once === true) return;
      await wait(options.interval * 1_000, undefined, { signal }).catch(() => undefined);
    }
  });
}
