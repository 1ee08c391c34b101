/** A directory that one process at a time has for itself. */

import { existsSync, linkSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const NAME = "keeper.lock";

/** Locks that this process holds. */
const taken = new Set<string>();

/**
 * Takes the directory for this process; returns what gives it back. What a process left that was killed does not count.
 * @param inUse What is thrown where another process has it, or this one already.
 * @param name Of the lock's file: who goes by another name is not in the way.
 */
export function lockDirectory(directory: string, inUse: (pid: string) => Error, name = NAME): () => void {
  const path = join(realpathSync(directory), name);
  if (!create(path)) {
    const holder = holding(path) ?? clearing(path, () => replace(path));
    if (holder !== undefined) throw inUse(holder);
  }
  taken.add(path);
  return () => {
    taken.delete(path);
    rmSync(path, { force: true });
  };
}

/** Makes a lock of this process's if there is none; whether it did. It appears with all that it says: one without would be taken for one that nobody has. */
function create(path: string): boolean {
  const draft = `${path}.new.${process.pid.toString()}`;
  writeFileSync(draft, `${process.pid.toString()} ${birthOf(process.pid) ?? ""}`.trim());
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Puts this process's lock in the place of one that nobody has any more; who has it, if somebody does. */
function replace(path: string): string | undefined {
  const lock = read(path);
  const holder = lock === undefined ? undefined : livingOf(path, lock);
  if (holder !== undefined) return holder;
  // What nobody has stays as it is until it is removed here: no lock that was made meanwhile is removed instead.
  if (lock !== undefined) rmSync(path, { force: true });
  return create(path) ? undefined : (holding(path) ?? "unknown");
}

/**
 * Does what only one process at a time may do. Each says that it is about to, under a name of its own, and then looks who else does: of two, the one that looks later
 * sees the other, and gives way. Both may: then both say that the directory is in use, and neither takes it.
 */
function clearing(lock: string, work: () => string | undefined): string | undefined {
  const directory = dirname(lock);
  const prefix = `${basename(lock)}.clearing.`;
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
  return existsSync(directory) ? holding(join(realpathSync(directory), NAME)) : undefined;
}

function holding(path: string): string | undefined {
  const lock = read(path);
  return lock === undefined ? undefined : livingOf(path, lock);
}

/** What the lock says; undefined where there is none. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** Number of the process whose lock it is, if it lives. */
function livingOf(path: string, lock: string): string | undefined {
  const [pid = "", birth] = lock.split(" ");
  const owner = Number(pid);
  // In a container every process that is started has the number of the one before.
  const held = owner === process.pid ? taken.has(path) : isAlive(owner, birth);
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
