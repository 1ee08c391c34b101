/** A real headless browser with a wallet of its own, for tests of the dashboard. Nothing is downloaded: the browser is a package. */

import { gzipSync } from "node:zlib";

import Chromium from "@sparticuz/chromium";
import { isError, keccak256, toQuantity, type BaseWallet, type TypedDataDomain, type TypedDataField } from "ethers";
import { present } from "../../sdk/present.js";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

/** Starts the browser, or says why there can be none: the package is for one kind of machine. */
export async function openBrowser(): Promise<Browser | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  return await chromium.launch({
    executablePath: await Chromium.executablePath(),
    args: Chromium.args,
    headless: true,
  });
}

/** How the wallet behaves. */
export interface WalletManners {
  chainId: number;
  /** Its chains besides the first. */
  knows: number[];
  rejects: boolean;
  /** Sends with too little gas, so that the transaction is mined and reverts. */
  starves: boolean;
  batches: boolean;
  /** What it was asked, in order. */
  asked: string[];
  /** What it sent, in order. */
  sent: { readonly to: string; readonly data: string }[];
}

interface Asked {
  readonly method: string;
  readonly params?: readonly unknown[];
}

const CODES = { rejected: 4001, unknownChain: 4902, unknownMethod: -32601 } as const;
/** Enough to be included, not enough to do anything. */
const STARVED_GAS = 60_000n;

function refuse(code: number, message: string): never {
  throw Object.assign(new Error(message), { code });
}

interface Transaction {
  readonly to: string;
  readonly data: string;
  readonly value?: string;
  readonly gas?: string;
}

/** A wallet as extensions are, but that it signs for real: EIP-1193, and EIP-5792 if it is told to. */
function answering(wallet: BaseWallet, manners: WalletManners): (asked: Asked) => Promise<unknown> {
  const batches = new Map<string, string[]>();
  const send = async ({ to, data, value, gas }: Transaction): Promise<string> => {
    const gasLimit = manners.starves ? STARVED_GAS : gas === undefined ? 8_000_000n : BigInt(gas);
    const filled = await wallet.populateTransaction({ to, data, value: BigInt(value ?? 0), gasLimit });
    const signed = await wallet.signTransaction(filled);
    const hash = keccak256(signed);
    manners.sent.push({ to, data });
    // This node complains of what reverts, and mines it all the same: other nodes take it without a word.
    await present(wallet.provider)
      .broadcastTransaction(signed)
      .catch(async (error: unknown) => {
        if ((await present(wallet.provider).getTransactionReceipt(hash)) === null) throw error;
      });
    return hash;
  };
  return async ({ method, params = [] }) => {
    manners.asked.push(method);
    switch (method) {
      case "eth_requestAccounts":
      case "eth_accounts":
        return [wallet.address];
      case "eth_chainId":
        return toQuantity(manners.chainId);
      case "wallet_addEthereumChain":
      case "wallet_switchEthereumChain": {
        const chainId = Number((params[0] as { chainId: string }).chainId);
        if (method === "wallet_addEthereumChain") manners.knows.push(chainId);
        if (!manners.knows.includes(chainId)) refuse(CODES.unknownChain, "Unrecognised chain");
        manners.chainId = chainId;
        return null;
      }
      case "eth_signTypedData_v4": {
        if (manners.rejects) refuse(CODES.rejected, "User denied message signature.");
        const { domain, types, message } = JSON.parse(params[1] as string) as {
          domain: TypedDataDomain;
          types: Record<string, TypedDataField[]>;
          message: Record<string, unknown>;
        };
        const { EIP712Domain: _, ...own } = types;
        return await wallet.signTypedData(domain, own, message);
      }
      case "eth_sendTransaction":
        if (manners.rejects) refuse(CODES.rejected, "User denied transaction signature.");
        return await send(params[0] as Transaction);
      case "wallet_getCapabilities":
        if (!manners.batches) refuse(CODES.unknownMethod, "There is no such method");
        return { [toQuantity(manners.chainId)]: { atomic: { status: "supported" } } };
      case "wallet_sendCalls": {
        const { calls } = params[0] as { calls: readonly Transaction[] };
        const hashes: string[] = [];
        for (const call of calls) hashes.push(await send(call));
        const id = toQuantity(batches.size + 1);
        batches.set(id, hashes);
        return { id };
      }
      case "wallet_getCallsStatus": {
        const hashes = batches.get(params[0] as string) ?? [];
        return { status: 200, receipts: hashes.map((transactionHash) => ({ transactionHash })) };
      }
      default:
        return refuse(CODES.unknownMethod, `There is no method ${method}`);
    }
  };
}

/** Runs in the page: what an extension puts there. As text, because there it is no part of this program. */
const IN_PAGE = `(() => {
  const listeners = {};
  const provider = {
    async request(args) {
      const answer = JSON.parse(await window.askWallet(JSON.stringify(args)));
      if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
      if (/^wallet_(switch|add)EthereumChain$/.test(args.method)) {
        const id = await provider.request({ method: "eth_chainId" });
        for (const listener of listeners.chainChanged ?? []) listener(id);
      }
      return answer.result;
    },
    on(event, listener) { (listeners[event] ??= []).push(listener); },
    /** As if its owner had chosen something else in it. */
    emit(event, value) { for (const listener of listeners[event] ?? []) listener(value); },
    removeListener(event, listener) { listeners[event] = (listeners[event] ?? []).filter((l) => l !== listener); },
  };
  const info = { uuid: "3f0d9a52-5c3c-4b1f-9b8b-0c8b6f1f7a10", name: "Test wallet", icon: "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E", rdns: "example.test" };
  const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
  window.testWallet = provider;
  window.notified = [];
  window.Notification = class {
    static permission = "granted";
    static async requestPermission() { return "granted"; }
    constructor(title, options) { window.notified.push(title + " " + (options?.body ?? "")); }
  };
})();`;

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly manners: WalletManners;
  /** What was asked of any other place: nothing should be. */
  readonly strays: string[];
  /** What the page complained of. */
  readonly complaints: string[];
  /** Scripts by name, and how large each is when compressed. B */
  readonly scripts: Map<string, number>;
}

/**
 * Opens a page that may ask the given origins and nobody else.
 * @param wallet Who signs.
 */
export async function openPage(
  browser: Browser,
  wallet: BaseWallet,
  origins: readonly string[],
  chainId: number,
): Promise<OpenPage> {
  const context = await browser.newContext({
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1_280, height: 900 },
  });
  const manners: WalletManners = {
    chainId: 1,
    knows: [1],
    rejects: false,
    starves: false,
    batches: false,
    asked: [],
    sent: [],
  };
  if (chainId === 1) throw new RangeError("the wallet has to begin on another chain");
  const strays: string[] = [];
  const complaints: string[] = [];
  const scripts = new Map<string, number>();
  await context.route("**/*", async (route) => {
    const { origin, protocol } = new URL(route.request().url());
    if (protocol === "data:" || origins.includes(origin)) {
      await route.continue();
      return;
    }
    strays.push(route.request().url());
    await route.abort();
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    response.body().then(
      (body) => scripts.set(new URL(response.url()).pathname, gzipSync(body).length),
      () => undefined,
    );
  });
  const answer = answering(wallet, manners);
  await page.exposeFunction("askWallet", async (text: string) => {
    try {
      return JSON.stringify({ result: await answer(JSON.parse(text) as Asked) });
    } catch (error) {
      const { code, message } = error as Error & { code?: unknown };
      return JSON.stringify({ error: { code: isError(error, "CALL_EXCEPTION") ? 3 : (code ?? -32603), message } });
    }
  });
  await page.addInitScript(IN_PAGE);
  return { page, context, manners, strays, complaints, scripts };
}
