/** `plimsoll keeper key`: a new key in an encrypted keystore, and the password that opens it. */

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { Wallet } from "ethers";

import { EnvironmentError, UsageError } from "../errors.js";

export interface NewKeyOptions {
  /** Where it will be; must not be there yet. */
  readonly keystore: string;
  /** The password, one line; made where it is not there. */
  readonly passwordFile: string;
  readonly say: (line: string) => void;
  /** Where no key should be: what is there may be committed. The project's folder if absent. */
  readonly project?: string;
}

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** Of a password that is made here. {bytes} */
const PASSWORD_BYTES = 32;
/** To be read and written by their owner alone. */
const PRIVATE = 0o600;

/** Makes the files and says whose key it is. Nothing is overwritten, and neither key nor password is shown. */
export async function newKey({ keystore, passwordFile, say, project = PROJECT }: NewKeyOptions): Promise<void> {
  if (existsSync(keystore)) throw taken(keystore);
  const password = existsSync(passwordFile) ? read(passwordFile) : makePassword(passwordFile);
  const wallet = Wallet.createRandom();
  const { address, privateKey } = wallet;
  // The key alone, without the phrase that it came from: whoever has the keystore and its password has the key, and nothing more.
  const json = await new Wallet(privateKey).encrypt(password);
  write(keystore, `${json}\n`);
  say(
    `A new key for ${address} is in ${keystore}, its password in ${passwordFile}. Keep a copy of both in a safe place.`,
  );
  for (const file of [keystore, passwordFile]) {
    if (isWithin(project, file))
      say(`Move ${file} out of the project's folder: what is there may be committed by mistake.`);
  }
  say("Send it some ether: it pays for gas.");
}

function isWithin(folder: string, file: string): boolean {
  const way = relative(realpathSync(folder), realpathSync(dirname(resolve(file))));
  return way !== ".." && !/^\.\.[\\/]/.test(way) && !isAbsolute(way);
}

function makePassword(file: string): string {
  const password = randomBytes(PASSWORD_BYTES).toString("base64url");
  write(file, `${password}\n`);
  return password;
}

function read(file: string): string {
  let password: string;
  try {
    password = readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new EnvironmentError(`the password cannot be read at ${file} (${codeOf(error)})`);
  }
  if (password === "")
    throw new UsageError(`${file} holds no password`, "Write one into it, or remove it and one is made.");
  return password;
}

function write(file: string, text: string): void {
  try {
    // Fails where something is there.
    writeFileSync(file, text, { mode: PRIVATE, flag: "wx" });
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw taken(file);
    throw new EnvironmentError(`${file} cannot be written (${codeOf(error)})`);
  }
}

function taken(file: string): UsageError {
  return new UsageError(`${file} is there already, and is not overwritten`, "Name another file with --keystore.");
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown";
}
