/** ABIs that are understood once. */

import { Interface, type InterfaceAbi } from "ethers";

/** An ABI as ethers understands it, which it takes for what it is; written to a file it is the ABI that it was. */
export function understood<Abi extends readonly unknown[]>(abi: Abi): Abi {
  const fragments = [...new Interface(abi as unknown as InterfaceAbi).fragments];
  Object.defineProperty(fragments, "toJSON", { value: () => abi });
  return fragments as unknown as Abi;
}
