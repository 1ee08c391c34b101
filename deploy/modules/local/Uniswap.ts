import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { npmArtifact } from "../../artifacts.js";
import Tokens from "./Tokens.js";

const core = "@uniswap/v3-core/artifacts/contracts";
const periphery = "@uniswap/v3-periphery/artifacts/contracts";

/** Uniswap v3 with its published bytecode. On public networks it is there already; here it is deployed. */
export default buildModule("LocalUniswap", (m) => {
  const { weth } = m.useModule(Tokens);

  const factory = m.contract("UniswapV3Factory", npmArtifact(`${core}/UniswapV3Factory.sol/UniswapV3Factory.json`));
  // The tier for pairs of stablecoins was added by vote after the launch: 1 bp, every tick.
  m.call(factory, "enableFeeAmount", [100, 1]);

  const svg = m.library("NFTDescriptor", npmArtifact(`${periphery}/libraries/NFTDescriptor.sol/NFTDescriptor.json`));
  const descriptor = m.contract(
    "NonfungibleTokenPositionDescriptor",
    npmArtifact(`${periphery}/NonfungibleTokenPositionDescriptor.sol/NonfungibleTokenPositionDescriptor.json`),
    [weth, `0x${Buffer.from("ETH").toString("hex").padEnd(64, "0")}`],
    { libraries: { NFTDescriptor: svg } },
  );
  const positions = m.contract(
    "NonfungiblePositionManager",
    npmArtifact(`${periphery}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json`),
    [factory, weth, descriptor],
  );
  const router = m.contract("SwapRouter", npmArtifact(`${periphery}/SwapRouter.sol/SwapRouter.json`), [factory, weth]);
  const quoter = m.contract("QuoterV2", npmArtifact(`${periphery}/lens/QuoterV2.sol/QuoterV2.json`), [factory, weth]);

  return { factory, positions, router, quoter };
});
