/** What browser wallets are: EIP-1193, announced by EIP-6963. */

export interface WalletProvider {
  request(args: { readonly method: string; readonly params?: readonly unknown[] | object }): Promise<unknown>;
  on?(event: string, listener: (value: unknown) => void): unknown;
  removeListener?(event: string, listener: (value: unknown) => void): unknown;
}

export interface WalletInfo {
  readonly uuid: string;
  readonly name: string;
  /** A data address: nothing is fetched. */
  readonly icon: string;
  readonly rdns: string;
}

export interface FoundWallet {
  readonly info: WalletInfo;
  readonly provider: WalletProvider;
}

/** A wallet's refusal, as it arrives. */
export function codeOf(error: unknown): number | undefined {
  for (let layer: unknown = error; typeof layer === "object" && layer !== null;) {
    const { code, data, cause } = layer as { code?: unknown; data?: unknown; cause?: unknown };
    if (typeof code === "number" && code !== -32603) return code;
    const inner = (data as { originalError?: unknown } | undefined)?.originalError ?? cause;
    if (inner === undefined) return typeof code === "number" ? code : undefined;
    layer = inner;
  }
  return undefined;
}

export const REJECTED = 4001;
export const UNSUPPORTED = new Set([4200, -32601, -32602, 5700, 5710, 5740, 5750, 5760]);
export const UNKNOWN_CHAIN = 4902;
