import { at, MAX_UINT256, WAD, type World } from "./world.js";

/** An encoded call of the engine and what it is called in messages. */
export interface Entry {
  name: string;
  data: string;
}

/** Every entry of the engine that moves anything, as `self` would call it. All are locked against re-entry. */
export function lockedEntries(world: World, self: string, victim: string): Entry[] {
  const { engine, implementation } = world;
  const abi = engine.interface;
  const withdraw = abi.encodeFunctionData("withdraw", [0, MAX_UINT256, self, self]);
  return [
    { name: "withdraw", data: withdraw },
    ...entriesClosedInCallback(world, self, victim),
    { name: "multicall of withdraw", data: implementation.interface.encodeFunctionData("multicall", [[withdraw]]) },
  ];
}

/** The same without `withdraw`, which stays open while a liquidator is called back. */
export function entriesClosedInCallback(world: World, self: string, victim: string): Entry[] {
  const { engine, implementation } = world;
  const abi = engine.interface;
  const borrow = abi.encodeFunctionData("borrow", [WAD, self, self]);
  return [
    { name: "deposit", data: abi.encodeFunctionData("deposit", [0, WAD, self]) },
    { name: "borrow", data: borrow },
    { name: "repay", data: abi.encodeFunctionData("repay", [MAX_UINT256, victim]) },
    {
      name: "liquidate",
      data: abi.encodeFunctionData("liquidate", [[{ account: victim, maxRepay: MAX_UINT256 }], "0x"]),
    },
    {
      name: "liquidateTo",
      data: abi.encodeFunctionData("liquidateTo", [[{ account: victim, maxRepay: MAX_UINT256 }], self, "0x"]),
    },
    { name: "absorb", data: abi.encodeFunctionData("absorb", [[victim]]) },
    { name: "flashLoan", data: abi.encodeFunctionData("flashLoan", [self, at(world.assets, 0).address, 1, "0x"]) },
    { name: "accrue", data: abi.encodeFunctionData("accrue") },
    { name: "updateRate", data: abi.encodeFunctionData("updateRate") },
    { name: "multicall of borrow", data: implementation.interface.encodeFunctionData("multicall", [[borrow]]) },
  ];
}
