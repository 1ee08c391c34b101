/** Covariance matrices: estimates, shrinkage, checks. Matrices are rows of numbers; `returns[t][i]` is asset i at time t. */

import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from "ml-matrix";

import { present } from "../../sdk/present.js";
import { need, NotPositiveDefinite } from "../errors.js";
import { type Convention, mean, sum } from "./moments.js";

export type Rows = readonly (readonly number[])[];

/** @throws {ArgumentError} unless all rows are of one length. */
function checked(returns: Rows): Matrix {
  const width = returns[0]?.length ?? 0;
  need(returns.length > 1 && width > 0, `a covariance needs at least two rows, got ${returns.length}`);
  need(
    returns.every((row) => row.length === width),
    "the rows differ in length",
  );
  return new Matrix(returns.map((row) => [...row]));
}

function centred(x: Matrix): Matrix {
  return x.clone().subRowVector(x.mean("column"));
}

export function sampleCovariance(returns: Rows, convention: Convention = "sample"): number[][] {
  const x = centred(checked(returns));
  return x
    .transpose()
    .mmul(x)
    .div(x.rows - (convention === "sample" ? 1 : 0))
    .to2DArray();
}

/** The exponentially weighted covariance after all returns, with mean zero as RiskMetrics has it. */
export function ewmaCovariance(returns: Rows, lambda: number, seed: Rows): number[][] {
  need(lambda > 0 && lambda < 1, `lambda is between 0 and 1, not ${lambda}`);
  let c = seed.map((row) => [...row]);
  for (const r of returns) {
    c = c.map((row, i) => row.map((each, j) => lambda * each + (1 - lambda) * present(r[i]) * present(r[j])));
  }
  return c;
}

export interface Shrunk {
  readonly covariance: number[][];
  /** Weight of the target, 0 to 1. */
  readonly intensity: number;
}

/**
 * Ledoit and Wolf (2004): the sample covariance pulled towards a multiple of the unit matrix by the amount that is best in
 * expected squared error. Population convention, as in their paper.
 */
export function ledoitWolf(returns: Rows): Shrunk {
  const x = centred(checked(returns));
  const n = x.rows;
  const p = x.columns;
  const s = x.transpose().mmul(x).div(n);
  const mu = s.trace() / p;
  const target = Matrix.eye(p, p, mu);
  const norm = (m: Matrix): number => sum(m.to1DArray().map((each) => each * each)) / p;
  const d2 = norm(Matrix.sub(s, target));
  const scatter = Array.from({ length: n }, (_, t) => {
    const row = x.getRowVector(t);
    return norm(Matrix.sub(row.transpose().mmul(row), s));
  });
  const b2 = Math.min(d2, mean(scatter) / n);
  const intensity = d2 > 0 ? b2 / d2 : 1;
  return { covariance: Matrix.add(Matrix.mul(target, intensity), Matrix.mul(s, 1 - intensity)).to2DArray(), intensity };
}

export function correlationOf(covariance: Rows): number[][] {
  const sd = covariance.map((row, i) => Math.sqrt(present(row[i])));
  return covariance.map((row, i) => row.map((each, j) => (i === j ? 1 : each / (present(sd[i]) * present(sd[j])))));
}

/** Eigenvalues of a symmetric matrix in ascending order. */
export function eigenvalues(symmetric: Rows): number[] {
  return new EigenvalueDecomposition(toMatrix(symmetric), { assumeSymmetric: true }).realEigenvalues.sort(
    (a, b) => a - b,
  );
}

export function isSymmetric(m: Rows, tolerance = 1e-12): boolean {
  return m.every((row, i) =>
    row.every((each, j) => {
      const other = present(m[j]?.[i]);
      return Math.abs(each - other) <= tolerance * Math.max(Math.abs(each), Math.abs(other), Number.MIN_VALUE);
    }),
  );
}

/** Whether no portfolio has a negative variance. `tolerance` is relative to the largest eigenvalue: rounding leaves -1e-17. */
export function isPositiveSemiDefinite(m: Rows, tolerance = 1e-10): boolean {
  if (!isSymmetric(m)) return false;
  const values = eigenvalues(m);
  return present(values[0]) >= -tolerance * Math.max(0, present(values.at(-1)));
}

export function isPositiveDefinite(m: Rows): boolean {
  return isSymmetric(m) && new CholeskyDecomposition(toMatrix(m)).isPositiveDefinite();
}

/** The lower triangle L with L L' = m. @throws {NotPositiveDefinite} */
export function cholesky(m: Rows): number[][] {
  const decomposition = new CholeskyDecomposition(toMatrix(m));
  if (!isSymmetric(m) || !decomposition.isPositiveDefinite()) {
    throw new NotPositiveDefinite(
      "the covariance matrix is not positive definite: some portfolio would have no risk or less than none",
      "Use more observations than assets, or shrink the estimate (ledoitWolf).",
    );
  }
  return decomposition.lowerTriangularMatrix.to2DArray();
}

export function multiply(m: Rows, v: readonly number[]): number[] {
  return m.map((row) => {
    need(row.length === v.length, `a matrix of ${row.length} columns and a vector of ${v.length} entries do not fit`);
    return row.reduce((total, each, j) => total + each * present(v[j]), 0);
  });
}

export function toMatrix(m: Rows): Matrix {
  return new Matrix(m.map((row) => [...row]));
}
