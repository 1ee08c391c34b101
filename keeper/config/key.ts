/** The keeper's key: out of an encrypted keystore, or out of the environment. It is never shown, and no error holds it. */

import { readFileSync } from "node:fs";

import { decryptKeystoreJson, Wallet, type BaseWallet } from "ethers";

import { KeyError } from "./errors.js";
import type { OperatorConfig } from "./operator.js";

/** Where a key, or the password of a keystore, may be in the environment. */
export const PRIVATE_KEY = "PLIMSOLL_PRIVATE_KEY";
export const PASSWORD = "PLIMSOLL_KEYSTORE_PASSWORD";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The wallet that the configuration names; undefined where it names none. A keystore comes before the environment's key.
 * @throws {KeyError}
 */
export async function loadWallet(
  { key }: Pick<OperatorConfig, "key">,
  environment: Environment,
): Promise<BaseWallet | undefined> {
  if (key.keystore !== undefined) return await fromKeystore(key.keystore, passwordOf(key.passwordFile, environment));
  const text = environment[PRIVATE_KEY]?.trim() ?? "";
  if (text === "") return undefined;
  try {
    return new Wallet(text);
  } catch {
    // The error of the library may quote the key.
    throw new KeyError(`${PRIVATE_KEY} is no private key: 32 bytes in hexadecimal are needed`);
  }
}

/** The password of the configuration's keystore, as far as there is one that can be read. */
export function keystorePassword({ key }: Pick<OperatorConfig, "key">, environment: Environment): string | undefined {
  try {
    return passwordOf(key.passwordFile, environment);
  } catch {
    return undefined;
  }
}

function passwordOf(file: string | undefined, environment: Environment): string {
  if (file !== undefined) return read(file, "the keystore's password").replace(/\r?\n$/, "");
  const password = environment[PASSWORD];
  if (password !== undefined) return password;
  throw new KeyError(`the keystore needs a password: name a file that holds it (key.passwordFile), or set ${PASSWORD}`);
}

async function fromKeystore(path: string, password: string): Promise<BaseWallet> {
  const json = read(path, "the keystore");
  try {
    // The key alone: a keystore may hold a phrase as well, which nothing here needs.
    return new Wallet((await decryptKeystoreJson(json, password)).privateKey);
  } catch (error) {
    const wrong = error instanceof Error && /password/i.test(error.message);
    throw new KeyError(`${path}: ${wrong ? "the password is wrong" : "this is no encrypted JSON keystore"}`);
  }
}

function read(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new KeyError(`${what} cannot be read at ${path} (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
}
