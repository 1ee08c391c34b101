import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { npmArtifact } from "../../artifacts.js";

/** Ether per staked-ether token at the start, 18 decimals. */
const STAKING_RATIO = 1_070_000_000_000_000_000n;

/** The collateral tokens of a local chain, and the faucet that hands them out. WETH is the real one; the others are test tokens. */
export default buildModule("LocalTokens", (m) => {
  const owner = m.getAccount(0);

  const weth = m.contract("WETH9", npmArtifact("canonical-weth/build/contracts/WETH9.json"));
  const wbtc = m.contract("FaucetToken", ["Wrapped Bitcoin (test)", "WBTC", 8, owner], { id: "WBTC" });
  const usdc = m.contract("FaucetToken", ["USD Coin (test)", "USDC", 6, owner], { id: "USDC" });
  const ratio = m.getParameter("stakingRatio", STAKING_RATIO);
  const wsteth = m.contract("FaucetStakedEther", ["Wrapped staked ether (test)", "wstETH", ratio, owner], {
    id: "wstETH",
  });

  const faucet = m.contract("Faucet", [owner]);
  // Shares of a day: enough for a first deposit and a loan of a thousand plUSD, whatever the token, also while markets are wild and
  // haircuts high.
  const offers = [
    { id: "WETH", token: weth, amount: 4n * 10n ** 19n, mints: false },
    { id: "WBTC", token: wbtc, amount: 50_000_000n, mints: true },
    { id: "wstETH", token: wsteth, amount: 4n * 10n ** 19n, mints: true },
    { id: "USDC", token: usdc, amount: 10_000_000_000n, mints: true },
  ];
  for (const { id, token, amount, mints } of offers) {
    m.call(faucet, "setOffer", [token, amount, mints], { id: `offer_${id}` });
  }
  for (const [id, token] of Object.entries({ WBTC: wbtc, USDC: usdc, wstETH: wsteth })) {
    m.call(token, "setMinter", [faucet, true], { id: `minter_${id}` });
  }

  return { weth, wbtc, usdc, wsteth, faucet };
});
