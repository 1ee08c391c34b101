/** What a process that plays chapters is told, and tells. */

import type { Client } from "../chain/client.js";
import type { ChapterJob, ChapterProgress, ChapterResult } from "./chapter.js";

export interface ToPlayer {
  readonly job: ChapterJob;
  readonly client: Client;
}

export type FromPlayer =
  | { readonly kind: "ready" }
  | { readonly kind: "progress"; readonly progress: ChapterProgress }
  | { readonly kind: "done"; readonly result: ChapterResult }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly stack: string;
      /** Its client failed: nothing that is played is wrong. */
      readonly isLost: boolean;
    };
