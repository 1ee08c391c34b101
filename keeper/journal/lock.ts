/** A directory that one process at a time has for itself. */

import { readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const NAME = "keeper.lock";

/** Directories that this process has open. */
const taken = new Set<string>();

/**
 * Takes the directory for this process; returns what gives it back. What a process left that was killed does not count.
 * @param inUse What is thrown where another process has it.
 */
export function lockDirectory(directory: string, inUse: (pid: string) => Error): () => void {
  const path = join(directory, NAME);
  const own = realpathSync(directory);
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, `${process.pid.toString()} ${birthOf(process.pid) ?? ""}`.trim(), { flag: "wx" });
      taken.add(own);
      return () => {
        taken.delete(own);
        rmSync(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt > 0) throw error;
    }
    const holder = holderOf(directory);
    if (holder !== undefined) throw inUse(holder);
    rmSync(path, { force: true });
  }
}

/** Number of the process that has the directory, if one has; nothing is changed. */
export function holderOf(directory: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(join(directory, NAME), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
  const [pid = "", birth] = text.split(" ");
  const owner = Number(pid);
  // In a container every process that is started has the number of the one before.
  const held = owner === process.pid ? taken.has(realpathSync(directory)) : isAlive(owner, birth);
  return held ? pid : undefined;
}

/** Whether the process is there, and is the one that is meant and not a later one with its number. */
function isAlive(pid: number, birth: string | undefined): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = birthOf(pid);
  return birth === undefined || now === undefined || birth === now;
}

/** When a process began, in ticks since the machine did; undefined where the system does not tell. */
function birthOf(pid: number): string | undefined {
  try {
    // What comes before the last bracket is the program's name, which may hold anything. The 22nd field of all is the 20th after it.
    const stat = readFileSync(`/proc/${pid.toString()}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
