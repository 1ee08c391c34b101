/**
 * What can be done: each action is an object of its own with `preview`, `requirements` and `tx`, none of which asks a node.
 *
 * ```ts
 * const snapshot = await readSnapshot(provider, book, me);
 * const intent = { asset: "WETH", amount: parseEther("1.5") };
 * const { after, problems } = deposit.preview(snapshot, intent);
 * if (problems.length > 0) throw new Error(problems[0].message);
 * const { signatures, rest } = await signRequirements(signer, deposit.requirements(snapshot, intent));
 * await send(signer, ...callsOf(rest), deposit.tx(snapshot, intent, signatures));
 * ```
 */

export * from "./backstop.js";
export * from "./batch.js";
export * from "./borrow.js";
export { Unavailable } from "./common.js";
export * from "./deposit.js";
export * from "./fill.js";
export * from "./issue.js";
export * from "./leverage.js";
export * from "./liquidate.js";
export * from "./most.js";
export * from "./redeem.js";
export { repay, mostRepayable, type RepayIntent, type RepayPreview } from "./repay.js";
export * from "./repay-in-stable.js";
export { send } from "./send.js";
export * from "./sign.js";
export type * from "./types.js";
export * from "./withdraw.js";
