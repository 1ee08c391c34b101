/** Hears of what Ignition does, as far as somebody wants to know. */

import type { ExecutionEventListener } from "@nomicfoundation/ignition-core";

/** @param handlers What is of interest; everything else is not heard. */
export function listening(handlers: Partial<ExecutionEventListener>): ExecutionEventListener {
  return new Proxy(handlers, {
    get: (target, name) => (Reflect.get(target, name) as unknown) ?? (() => Promise.resolve()),
  }) as ExecutionEventListener;
}
