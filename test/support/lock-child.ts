/** Takes a directory when it is told to, says whether it has it, and keeps it until it is killed. */

import { lockDirectory } from "../../keeper/journal/lock.js";

const [directory = ""] = process.argv.slice(2);
// Nothing else is done between the word and the attempt: several start together.
process.once("message", () => {
  let answer = "taken";
  try {
    lockDirectory(directory, (pid) => new Error(pid));
  } catch (error) {
    answer = `in use by ${(error as Error).message}`;
  }
  process.send?.(answer);
});
process.send?.("ready");
setInterval(() => undefined, 60_000);
