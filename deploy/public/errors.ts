/** Why a deployment did not happen, or stopped: with what can be done about it. */

/** A deployment that was not begun, or did not come to its end. What was sent stays known: the same command goes on from there. */
export class DeploymentStopped extends Error {
  override readonly name: string = "DeploymentStopped";

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** What the network's file says is not what the chain says. Nothing was sent this time. */
export class PreflightFailed extends DeploymentStopped {
  override readonly name = "PreflightFailed";

  /**
   * @param problems Each names the feed, token or contract.
   * @param begun Whether something was sent before.
   */
  constructor(
    readonly problems: readonly string[],
    begun = false,
  ) {
    super(
      `the chain is not as the network's file says: ${problems.join("; ")}`,
      begun
        ? "What was sent before stays as it is; nothing was added. Once that is cured, run the same again."
        : "Nothing was sent.",
    );
  }
}

/** Somebody asked for it to stop. */
export class DeploymentInterrupted extends DeploymentStopped {
  override readonly name = "DeploymentInterrupted";

  constructor() {
    super("the deployment was stopped on the way", "Run the same again: it goes on where it was.");
  }
}
