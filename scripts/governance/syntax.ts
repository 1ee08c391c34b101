/** What the compiler says about the sources: syntax trees of contracts, from the last build. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { sourcesIn } from "../hardhat/compilation.js";

/** Prefix of the project's own files in the compiler's output. */
const OURS = "project/";

/** A node whose kind is not known beforehand. */
export type Node = Readonly<Record<string, unknown>> & { readonly nodeType: string };

/** What stands below a node under a name, if that is one node. */
export function inner(node: Node, key: string): Node | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

/** What stands below a node under a name, if that is a list. */
export function childrenOf(node: Node, key: string): Node[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** What was found in trees: the same parts are asked for again and again. Trees do not change. */
const found = new WeakMap<Node, Map<string, Node[]>>();

/** Every node of a kind in a tree, from the top. */
export function nodesIn(node: Node, kind: string): readonly Node[] {
  let known = found.get(node);
  if (known === undefined) found.set(node, (known = new Map<string, Node[]>()));
  let nodes = known.get(kind);
  if (nodes === undefined) known.set(kind, (nodes = [...walk(node, kind)]));
  return nodes;
}

function* walk(node: Node, kind: string): Generator<Node> {
  if (node.nodeType === kind) yield node;
  for (const part of partsOf(node)) yield* walk(part, kind);
}

const parts = new WeakMap<Node, Node[]>();

/** The nodes right below one. */
export function partsOf(node: Node): readonly Node[] {
  let known = parts.get(node);
  if (known === undefined) {
    known = Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode));
    parts.set(node, known);
  }
  return known;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value;
}

const nodeSchema = z.object({ nodeType: z.string() }).passthrough();
const nodesSchema = z.array(nodeSchema);
const documented = z
  .object({ text: z.string() })
  .nullish()
  .transform((value) => value?.text ?? "");

const functionSchema = z.object({
  id: z.number(),
  name: z.string(),
  functionSelector: z.string().optional(),
  documentation: documented,
  parameters: z.object({ parameters: z.array(z.object({ name: z.string() })) }),
  modifiers: z
    .array(z.object({ modifierName: z.object({ name: z.string() }), arguments: z.array(nodeSchema).nullish() }))
    .default([]),
});

const constantSchema = z.object({ name: z.string(), constant: z.boolean().optional(), value: nodeSchema.nullish() });

const contractSchema = z.object({
  id: z.number(),
  name: z.string(),
  contractKind: z.string(),
  abstract: z.boolean().default(false),
  linearizedBaseContracts: z.array(z.number()),
  documentation: documented,
  nodes: nodesSchema,
});

const outputSchema = z.object({
  output: z.object({ sources: z.record(z.object({ ast: z.object({ nodes: nodesSchema }).passthrough().optional() })) }),
});
const inputSchema = z.object({ input: z.object({ sources: z.record(z.object({ content: z.string() })) }) });

export type FunctionSyntax = z.output<typeof functionSchema>;

/** Something that is declared in a contract, or outside of all. */
export interface Declared {
  readonly node: Node;
  /** The contract's id. */
  readonly contract?: number;
}

/** One contract, with what it inherits. */
export interface ContractSyntax {
  /** "contracts/credit/CreditEngine.sol" */
  readonly file: string;
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly abstract: boolean;
  readonly documentation: string;
  readonly functions: readonly FunctionSyntax[];
  /** Values of constants, as they are written. */
  readonly constants: ReadonlyMap<string, Node>;
  /** Itself first, then what it inherits, the most derived first. */
  readonly lineage: readonly ContractSyntax[];
  /** Ids of its own functions, modifiers and variables. */
  readonly own: readonly number[];
  /** Functions, modifiers and variables of all that was compiled together, by id. */
  readonly scope: ReadonlyMap<number, Declared>;
}

/** Sources are not built as they are: what is said of them would be out of date. */
export class NotBuilt extends Error {
  override readonly name = "NotBuilt";

  constructor(readonly files: readonly string[]) {
    super(`not built as they are: ${files.join(", ")} (npm run build)`);
  }
}

/** Constants outside of contracts, by name. */
export type FreeConstants = ReadonlyMap<string, Node>;

export interface Syntax {
  readonly contracts: readonly ContractSyntax[];
  readonly constants: FreeConstants;
}

/**
 * Every contract below `contracts/` as it was compiled last; what was compiled from an earlier version of its file is left out.
 * @throws {NotBuilt}
 */
export function readSyntax(root: string): Syntax {
  const folder = join(root, "artifacts", "build-info");
  const [found, constants] = [new Map<string, ContractSyntax>(), new Map<string, Node>()];
  const names = readdirSync(folder).filter((name) => name.endsWith(".output.json"));
  const missing = new Set(sourcesIn(root, "contracts"));
  for (const name of names) {
    const { output } = outputSchema.parse(JSON.parse(readFileSync(join(folder, name), "utf8")));
    const { input } = inputSchema.parse(
      JSON.parse(readFileSync(join(folder, name.replace(".output.json", ".json")), "utf8")),
    );
    const byId = new Map<number, { file: string; parsed: z.output<typeof contractSchema> }>();
    const scope = new Map<number, Declared>();
    for (const [file, { ast }] of Object.entries(output.sources)) {
      for (const node of ast?.nodes ?? []) {
        if (typeof node.id === "number") scope.set(node.id, { node });
        if (node.nodeType === "ContractDefinition") {
          const parsed = contractSchema.parse(node);
          byId.set(parsed.id, { file, parsed });
          for (const below of parsed.nodes) {
            if (typeof below.id === "number") scope.set(below.id, { node: below, contract: parsed.id });
          }
        } else if (node.nodeType === "VariableDeclaration") {
          note(node, constants);
        }
      }
    }
    const made = new Map<number, ContractSyntax>();
    const contractOf = (id: number): ContractSyntax[] => {
      const known = made.get(id);
      if (known !== undefined) return [known];
      const entry = byId.get(id);
      return entry === undefined ? [] : [make(id, entry.file, entry.parsed)];
    };
    const make = (id: number, file: string, parsed: z.output<typeof contractSchema>): ContractSyntax => {
      const values = new Map<string, Node>();
      for (const node of parsed.nodes) if (node.nodeType === "VariableDeclaration") note(node, values);
      const lineage: ContractSyntax[] = [];
      const contract: ContractSyntax = {
        file: file.replace(OURS, ""),
        id,
        name: parsed.name,
        kind: parsed.contractKind,
        abstract: parsed.abstract,
        documentation: parsed.documentation,
        functions: parsed.nodes
          .filter(({ nodeType }) => nodeType === "FunctionDefinition")
          .map((node) => functionSchema.parse(node)),
        constants: values,
        lineage,
        own: parsed.nodes.flatMap(({ id }) => (typeof id === "number" ? [id] : [])),
        scope,
      };
      made.set(id, contract);
      lineage.push(contract, ...parsed.linearizedBaseContracts.slice(1).flatMap(contractOf));
      return contract;
    };
    for (const file of Object.keys(output.sources)) {
      if (isPresent(root, file, input.sources[file]?.content)) missing.delete(file.slice(OURS.length));
    }
    for (const [id, { file, parsed }] of byId) {
      if (!file.startsWith(`${OURS}contracts/`) || !isPresent(root, file, input.sources[file]?.content)) continue;
      const key = `${file}:${parsed.name}`;
      // What it inherits may have changed since, without it.
      const isCurrent = ({ file: base }: ContractSyntax): boolean =>
        base in input.sources || isPresent(root, `${OURS}${base}`, input.sources[`${OURS}${base}`]?.content);
      for (const contract of contractOf(id)) {
        if (contract.lineage.every(isCurrent)) found.set(key, found.get(key) ?? contract);
      }
    }
  }
  if (missing.size > 0) throw new NotBuilt([...missing]);
  return { contracts: [...found.values()].sort((a, b) => (a.file < b.file ? -1 : 1)), constants };
}

function note(node: Node, values: Map<string, Node>): void {
  const { name, constant, value } = constantSchema.parse(node);
  if (constant === true && value !== null && value !== undefined) values.set(name, value);
}

/** Whether the file is what was compiled: a build that is kept for other files may hold an earlier version of this one. */
function isPresent(root: string, file: string, compiled: string | undefined): boolean {
  if (!file.startsWith(OURS)) return false;
  try {
    return readFileSync(join(root, file.slice(OURS.length)), "utf8") === compiled;
  } catch {
    return false;
  }
}
