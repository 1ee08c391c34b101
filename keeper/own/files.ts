/** Files that are there as a whole or not at all. */

import { chmodSync, chownSync, closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Readable by nobody else, where there is no file yet that says otherwise. */
const PRIVATE = 0o600;

/** Puts `text` in the place of what the file held: whoever reads it finds the old or the new, also after a loss of power. Mode and owner stay. */
export function writeWhole(path: string, text: string): void {
  const before = statSync(path, { throwIfNoEntry: false });
  const beside = join(dirname(path), `.${basename(path)}.${process.pid.toString()}.tmp`);
  const file = openSync(beside, "w", PRIVATE);
  try {
    try {
      writeSync(file, text);
      if (before !== undefined) keep(beside, before);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  // There folders cannot be opened.
  if (process.platform === "win32") return;
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function keep(path: string, { mode, uid, gid }: { mode: number; uid: number; gid: number }): void {
  const own = statSync(path);
  // Another's file can only be handed back by root; whoever else may write it gets an error, and the file stays what it was.
  if (own.uid !== uid || own.gid !== gid) chownSync(path, uid, gid);
  chmodSync(path, mode & 0o7777);
}
