/**
 * Checks that everything callable from outside is documented: functions of interfaces, and public or external functions
 * and public variables of contracts (there usually by `@inheritdoc`). It reads what the last build left behind.
 */

import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { z } from "zod";

const Member = z.object({
  nodeType: z.string(),
  name: z.string().optional(),
  kind: z.string().optional(),
  visibility: z.string().optional(),
  constant: z.boolean().optional(),
  documentation: z.unknown().optional(),
});

const Unit = z.object({
  nodeType: z.string(),
  name: z.string().optional(),
  nodes: z.array(z.unknown()).optional(),
});

const Output = z.object({
  output: z.object({
    sources: z.record(z.object({ ast: z.object({ nodes: z.array(z.unknown()) }).optional() })),
  }),
});

/** The part of `artifacts/build-info/*.json` that says what was compiled. */
const Input = z.object({ input: z.object({ sources: z.record(z.object({ content: z.string() })) }) });

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Prefix of the contracts' own files in the compiler's output. */
const OURS = "project/contracts/";

/** Constants are exempt: they stand in groups, under one comment. */
function needsDocumentation({ nodeType, kind, visibility, constant }: z.infer<typeof Member>): boolean {
  const reachable = visibility === "public" || visibility === "external";
  if (nodeType === "FunctionDefinition") return reachable && kind === "function";
  return nodeType === "VariableDeclaration" && reachable && constant !== true;
}

/** Undocumented members as "file: Contract.member", sorted. */
export async function undocumented(): Promise<string[]> {
  const directory = join(root, "artifacts", "build-info");
  const found = new Set<string>();
  for (const name of await readdir(directory)) {
    if (!name.endsWith(".output.json")) continue;
    const { output } = Output.parse(JSON.parse(await readFile(join(directory, name), "utf8")));
    const { input } = Input.parse(
      JSON.parse(await readFile(join(directory, name.replace(".output.json", ".json")), "utf8")),
    );
    for (const [file, { ast }] of Object.entries(output.sources)) {
      if (!file.startsWith(OURS) || ast === undefined) continue;
      // A build that is kept for other files may hold an earlier version of this one.
      const present = await readFile(join(root, file.slice("project/".length)), "utf8").catch(() => undefined);
      if (input.sources[file]?.content !== present) continue;
      for (const node of ast.nodes) {
        const unit = Unit.parse(node);
        if (unit.nodeType !== "ContractDefinition") continue;
        for (const child of unit.nodes ?? []) {
          const member = Member.parse(child);
          if (!needsDocumentation(member) || (member.documentation ?? null) !== null) continue;
          found.add(`${file.slice("project/".length)}: ${unit.name ?? "?"}.${member.name ?? "?"}`);
        }
      }
    }
  }
  return [...found].sort();
}

const missing = await undocumented();
for (const member of missing) console.log(`${member} has no NatSpec`);
process.exitCode = missing.length === 0 ? 0 : 1;
