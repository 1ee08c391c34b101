/** Syntax trees for tests: the protocol's, read once a process, and contracts to add to them. */

import { fileURLToPath } from "node:url";

import {
  readSyntax,
  type ContractSyntax,
  type FunctionSyntax,
  type Node,
  type Syntax,
} from "../../scripts/governance/syntax.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

let known: Syntax | undefined;

/** The same trees for every file of this process: what is found out about who may call a function is kept with them, and takes seconds the first time. */
export function protocolSyntax(): Syntax {
  return (known ??= readSyntax(root));
}

/** Number of the function of {@link addedContract} that is called from outside. */
export const RULE = 14;

/** A contract "Added" that inherits nothing, whose only function is `rule`. */
export function addedContract({
  rule = {},
  nodes = [{ nodeType: "FunctionDefinition", id: RULE, name: "rule" }],
}: {
  /** Where it differs from a function that has neither parameters nor modifiers nor documentation. */
  readonly rule?: Partial<Pick<FunctionSyntax, "documentation" | "parameters" | "modifiers">>;
  /** All that is declared in it: the rule, by its number, and what that names. */
  readonly nodes?: readonly Node[];
}): ContractSyntax {
  const lineage: ContractSyntax[] = [];
  const contract: ContractSyntax = {
    file: "contracts/Added.sol",
    id: 1,
    name: "Added",
    kind: "contract",
    abstract: false,
    documentation: "",
    functions: [
      {
        id: RULE,
        name: "rule",
        functionSelector: "deadbeef",
        documentation: "",
        parameters: { parameters: [] },
        modifiers: [],
        ...rule,
      },
    ],
    constants: new Map(),
    lineage,
    own: nodes.map(({ id }) => Number(id)),
    scope: new Map(nodes.map((node) => [Number(node.id), { node, contract: 1 }])),
  };
  lineage.push(contract);
  return contract;
}

/** The protocol with one more contract. */
export function protocolWith(contract: ContractSyntax): Syntax {
  const syntax = protocolSyntax();
  return { ...syntax, contracts: [...syntax.contracts, contract] };
}
