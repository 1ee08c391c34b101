import type {
  ArgumentType,
  CallableContractFuture,
  Future,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

import { npmArtifact } from "../../artifacts.js";
import type { PublicNetwork } from "../../networks/network.js";
import type { ListedAsset } from "../../parameters/assets.js";

const ERC20 = "@openzeppelin/contracts/build/contracts/IERC20Metadata.json";
const WRAPPED = "canonical-weth/build/contracts/WETH9.json";

export interface PublicTokens {
  /** By symbol. */
  readonly tokens: Readonly<Record<string, CallableContractFuture<string>>>;
  /** Undefined where the network has every token. */
  readonly faucet: NamedArtifactContractDeploymentFuture<"Faucet"> | undefined;
  /** Hands what was deployed here to `owner`, once `after` is done. */
  readonly giveAway: (owner: ArgumentType, after: Future[]) => Future[];
}

/** The network's own tokens, and a faucet with those that it lacks. */
export function publicTokens(
  m: IgnitionModuleBuilder,
  network: PublicNetwork,
  assets: readonly ListedAsset[],
): PublicTokens {
  const deployer = m.getAccount(0);
  const tokens: Record<string, CallableContractFuture<string>> = {};
  const made: { symbol: string; token: NamedArtifactContractDeploymentFuture<"FaucetToken">; share: bigint }[] = [];
  for (const { symbol, decimals } of assets) {
    const { address, source } = network.tokens[symbol] ?? { address: null, source: "faucet" };
    if (address === null) {
      const token = m.contract("FaucetToken", [`${symbol} (test)`, symbol, decimals, deployer], { id: symbol });
      tokens[symbol] = token;
      // A tenth of a token a day: worth a first deposit.
      made.push({ symbol, token, share: 10n ** BigInt(decimals - 1) });
    } else {
      tokens[symbol] = m.contractAt(symbol, npmArtifact(source === "wrap" ? WRAPPED : ERC20), address);
    }
  }
  if (made.length === 0) return { tokens, faucet: undefined, giveAway: () => [] };

  const faucet = m.contract("Faucet", [deployer]);
  const set = made.flatMap(({ symbol, token, share }) => [
    m.call(faucet, "setOffer", [token, share, true], { id: `offer_${symbol}` }),
    m.call(token, "setMinter", [faucet, true], { id: `minter_${symbol}` }),
  ]);
  return {
    tokens,
    faucet,
    giveAway: (owner, after) =>
      [{ symbol: "faucet", token: faucet }, ...made].map(({ symbol, token }) =>
        m.call(token, "transferOwnership", [owner], { id: `give_${symbol}`, after: [...set, ...after] }),
      ),
  };
}
