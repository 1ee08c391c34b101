/** `npm run bench:risk`: a million paths of eight correlated assets on one core, beside NumPy where that is present. */

import { spawnSync } from "node:child_process";

import { monteCarlo } from "../../risk/index.js";

const ASSETS = 8;
const PATHS = 1_000_000;
const ROUNDS = 5;
const VOLATILITY = 0.04;
const CORRELATION = 0.6;

const covariance = Array.from({ length: ASSETS }, (_, i) =>
  Array.from({ length: ASSETS }, (_, j) => VOLATILITY ** 2 * (i === j ? 1 : CORRELATION)),
);
const exposures = Array.from({ length: ASSETS }, () => 1 / ASSETS);

// Generator, correlation, exp and the 99% quantile on one thread: the same work as here.
const NUMPY = `
import time, numpy as np
n, paths = ${ASSETS}, ${PATHS}
C = np.full((n, n), ${CORRELATION}) * ${VOLATILITY} ** 2
np.fill_diagonal(C, ${VOLATILITY} ** 2)
L = np.linalg.cholesky(C).T
E = np.full(n, 1 / n)
best = 1e9
for seed in range(${ROUNDS}):
    t = time.perf_counter()
    r = np.random.default_rng(seed).standard_normal((paths, n)) @ L
    loss = np.sort(E.sum() - np.exp(r) @ E)
    best = min(best, time.perf_counter() - t)
print(np.__version__, best, np.quantile(loss, 0.99))
`;

function line(what: string, seconds: number, value: number): void {
  const rate = PATHS / seconds / 1e6;
  console.log(
    `${what.padEnd(24)} ${seconds.toFixed(3)} s   ${rate.toFixed(2)} M paths/s   99% VaR ${value.toFixed(5)}`,
  );
}

console.log(`${PATHS} paths x ${ASSETS} assets, one core, best of ${ROUNDS}`);
for (const degrees of [undefined, 4]) {
  let best = Infinity;
  let value = 0;
  for (let seed = 0; seed < ROUNDS; seed++) {
    const started = performance.now();
    value = monteCarlo(
      { exposures, covariance, paths: PATHS, seed, ...(degrees === undefined ? {} : { degrees }) },
      0.99,
    ).var;
    best = Math.min(best, (performance.now() - started) / 1_000);
  }
  line(degrees === undefined ? "plimsoll, normal" : `plimsoll, Student-t (${degrees})`, best, value);
}
const oneThread = { OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };
const python = spawnSync("python3", ["-c", NUMPY], { encoding: "utf8", env: { ...process.env, ...oneThread } });
if (python.status === 0) {
  const [version = "", seconds, value] = python.stdout.trim().split(" ");
  line(`NumPy ${version}, normal`, Number(seconds), Number(value));
} else {
  console.log("NumPy: not present (python3 with numpy would be measured in the same run)");
}
