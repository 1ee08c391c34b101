/** Why an operator's own contracts cannot be had, and what he can do about it. */
export class CannotDeploy extends Error {
  override readonly name = "CannotDeploy";

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
