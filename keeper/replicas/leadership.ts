/** Which of several processes with one key may act. */

/** As whoever acts sees it. */
export interface Leadership {
  /**
   * A look begins; what is written and sent until the next one belongs to this term. A new term begins with what the journal says, not with what was known before.
   * @returns Number of the term; undefined while another process leads, or nobody can tell.
   */
  begin(): number | undefined;
  /**
   * Returns only while the term lasts in which the look began. Asked right before anything is sent.
   * @throws {NotLeading}
   */
  permit(): void;
}

/** What the process is, for those who watch. */
export type Role = "leading" | "standby" | "dry run";

/** Another process with the same key leads, or may: nothing is written and nothing is sent. */
export class NotLeading extends Error {
  override readonly name = "NotLeading";

  constructor(reason: string) {
    super(`this process does not lead any more: ${reason}`);
  }
}
