/** Something in a proposal cannot be what is meant. */
export class ProposalError extends Error {
  override readonly name = "ProposalError";

  /**
   * @param path Where: "calls[0].arguments.clamps.minInitial".
   * @param value What is there.
   * @param rule What it should be.
   * @param fix What to write instead.
   */
  constructor(
    readonly path: string,
    readonly value: unknown,
    readonly rule: string,
    readonly fix: string,
  ) {
    super(`${path}: ${value === undefined ? "nothing" : JSON.stringify(value)} ${rule}`);
  }
}
