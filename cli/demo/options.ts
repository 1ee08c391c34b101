/** What `plimsoll demo` is asked for. */

export const DEFAULT_PORT = 8_545;

export interface DemoOptions {
  readonly once?: boolean;
  readonly json?: boolean;
  readonly port: number;
  readonly seed: number;
  readonly accounts: number;
}
