/** Writes docs/privileges.md, the table of everything that somebody in particular may do. `npm run docs:governance` */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { format } from "prettier";

import { privileges, type Privilege } from "./privileges.js";
import { readSyntax } from "./syntax.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

export const TABLE = join(root, "docs", "privileges.md");

const INTRODUCTION = `# Privileges

Every function that not everybody may call, found in the compiled sources by \`npm run docs:governance\`; a test fails when one is missing or this page is out of date.
What is not here can be called by anyone, for himself, for who allowed it, or for all. What the roles mean, and what their holders cannot do: [governance](governance.md).

The role _caller_ is no role: the function itself, or what it calls, compares its caller with the address of a contract or looks him up in a register, and asks no authority.
Who can change an address that is stored is in the rows of \`setModules\`, \`setCreditEngine\` and \`updateAuthority\`.

_Delay_ is from the end of a vote to the deed. _Bound_ is what the contract holds to, whoever calls: numbers are constants of the code that nobody can change.
`;

const COLUMNS = ["contract", "function", "role", "holder", "delay", "bound"] as const;

/** The page as it should be. */
export async function page(rows: readonly Privilege[]): Promise<string> {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const table = [
    line(COLUMNS),
    line(COLUMNS.map(() => "---")),
    ...rows.map(({ contract, call, role, holder, delay, bound }) =>
      line([`\`${contract}\``, `\`${call}\``, role, holder, delay, bound]),
    ),
  ];
  return await format(`${INTRODUCTION}\n${table.join("\n")}\n`, { parser: "markdown", printWidth: 120 });
}

/** The page as the sources have it. */
export async function currentPage(): Promise<string> {
  return await page(privileges(readSyntax(root)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeFileSync(TABLE, await currentPage());
