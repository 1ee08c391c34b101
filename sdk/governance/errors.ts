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
    super(value === undefined ? `${path} ${rule}` : `${path}: ${JSON.stringify(value)} ${rule}`);
  }
}

/** Something that a proposal has to say is not there. */
export class MissingValue extends ProposalError {
  constructor(path: string, fix: string) {
    super(path, undefined, "is missing", fix);
  }
}
