/** The live line of the demo: a progress bar on a terminal, a line now and then elsewhere. */

import cliProgress from "cli-progress";
import { formatUnits } from "ethers";

import type { Progress } from "../../replay/scenario/run.js";
import { bps, volatilityOf } from "./summary.js";

const GWEI_DECIMALS = 9;
/** Lines printed over a whole run where there is no terminal. */
const LINES = 12;

export interface ProgressView {
  show(progress: Progress): void;
  stop(): void;
}

/** @param stream Where to draw; standard error, so that standard output stays for results. */
export function progressView(steps: number, stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? bar(steps, stream) : lines(steps, stream);
}

function payload(p: Progress): {
  eth: string;
  gas: string;
  liquidated: number;
  absorbed: number;
  failing: number;
  volatility: string;
  haircut: string;
  clock: string;
} {
  const hours = Math.floor(p.time / 3_600);
  const minutes = Math.floor((p.time % 3_600) / 60);
  return {
    clock: `${12 + Math.floor(hours / 24)} Mar ${pad(hours % 24)}:${pad(minutes)}`,
    eth: Number(formatUnits(p.eth, 8)).toFixed(2),
    gas: Number(formatUnits(p.gasPrice, GWEI_DECIMALS)).toFixed(0),
    liquidated: p.outcome.liquidated.accounts.size,
    absorbed: p.outcome.absorbed.accounts.size,
    failing: p.failing,
    volatility: volatilityOf(p.ether),
    haircut: bps(p.ether.initialHaircut),
  };
}

function pad(n: number): string {
  return String(n).padStart(2, "0");
}

function bar(steps: number, stream: NodeJS.WriteStream): ProgressView {
  const format =
    "{bar} {percentage}%  {clock}  ETH {eth} USD  vol {volatility}/day  haircut {haircut}  gas {gas} gwei  failing {failing}  liquidated {liquidated}  absorbed {absorbed}  ETA {eta_formatted}";
  const view = new cliProgress.SingleBar(
    { format, stream, barsize: 24, hideCursor: true, fps: 8 },
    cliProgress.Presets.shades_classic,
  );
  view.start(steps, 0, {
    clock: "",
    eth: "",
    volatility: "",
    haircut: "",
    gas: "",
    liquidated: 0,
    absorbed: 0,
    failing: 0,
  });
  return {
    show: (p) => {
      view.update(p.step, payload(p));
    },
    stop: () => {
      view.stop();
    },
  };
}

function lines(steps: number, stream: NodeJS.WriteStream): ProgressView {
  const every = Math.max(1, Math.ceil(steps / LINES));
  return {
    show: (p) => {
      if (p.step % every !== 0 && p.step !== steps) return;
      const { clock, eth, volatility, haircut, gas, liquidated, absorbed, failing } = payload(p);
      stream.write(
        `  ${p.step}/${steps}  ${clock}  ETH ${eth} USD  vol ${volatility}/day  haircut ${haircut}  gas ${gas} gwei  failing ${failing}  liquidated ${liquidated}  absorbed ${absorbed}\n`,
      );
    },
    stop: () => undefined,
  };
}
