/** A directory that one process at a time has for itself. */

import { linkSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
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
  if (!create(directory)) {
    const holder = holderOf(directory) ?? clearing(directory, () => replace(directory));
    if (holder !== undefined) throw inUse(holder);
  }
  taken.add(own);
  return () => {
    taken.delete(own);
    rmSync(path, { force: true });
  };
}

/** Makes a lock of this process's if there is none; whether it did. It appears with all that it says: one without would be taken for one that nobody has. */
function create(directory: string): boolean {
  const draft = join(directory, `${NAME}.new.${process.pid.toString()}`);
  writeFileSync(draft, `${process.pid.toString()} ${birthOf(process.pid) ?? ""}`.trim());
  try {
    linkSync(draft, join(directory, NAME));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Puts this process's lock in the place of one that nobody has any more; who has it, if somebody does. */
function replace(directory: string): string | undefined {
  const lock = read(directory);
  const holder = lock === undefined ? undefined : livingOf(directory, lock);
  if (holder !== undefined) return holder;
  // What nobody has stays as it is until it is removed here: no lock that was made meanwhile is removed instead.
  if (lock !== undefined) rmSync(join(directory, NAME), { force: true });
  return create(directory) ? undefined : (holderOf(directory) ?? "unknown");
}

/**
 * Does what only one process at a time may do. Each says that it is about to, under a name of its own, and then looks who else does: of two, the one that looks later
 * sees the other, and gives way. Both may: then both say that the directory is in use, and neither takes it.
 */
function clearing(directory: string, work: () => string | undefined): string | undefined {
  const prefix = `${NAME}.clearing.`;
  // All is in the name: it is there with it, or not at all.
  const own = `${prefix}${process.pid.toString()}.${birthOf(process.pid) ?? ""}`;
  const path = join(directory, own);
  writeFileSync(path, "");
  try {
    for (const name of readdirSync(directory)) {
      if (!name.startsWith(prefix) || name === own) continue;
      const [pid = "", birth = ""] = name.slice(prefix.length).split(".");
      if (Number(pid) !== process.pid && isAlive(Number(pid), birth === "" ? undefined : birth)) return pid;
    }
    return work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Number of the process that has the directory, if one has; nothing is changed. */
export function holderOf(directory: string): string | undefined {
  const lock = read(directory);
  return lock === undefined ? undefined : livingOf(directory, lock);
}

/** What the lock says; undefined where there is none. */
function read(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, NAME), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** Number of the process whose lock it is, if it lives. */
function livingOf(directory: string, lock: string): string | undefined {
  const [pid = "", birth] = lock.split(" ");
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
