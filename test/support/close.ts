import { expect } from "chai";

/**
 * That two floating-point numbers are close. Not chai's `closeTo`: once Hardhat's matchers are loaded, that takes integers only.
 */
export function expectClose(actual: number, expected: number, tolerance: number, what?: string): void {
  expect(Math.abs(actual - expected), `${what ?? "difference"}: ${actual} against ${expected}`).to.be.at.most(
    tolerance,
  );
}
