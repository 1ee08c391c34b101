import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { expect } from "chai";
import { build } from "esbuild";

import { MARK, markOfSources } from "../../../scripts/api-docs.js";
import { addLicence, buildSdk } from "../../../scripts/sdk.js";
import sdkPackage from "../../../sdk/package.json" with { type: "json" };

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** What one action may weigh in a page, without ethers, compressed. {bytes} */
const MOST = 17_000;

describe("sdk: the package", function () {
  this.timeout(120_000);
  let folder = "";
  let project = "";

  /** The package as `npm pack` makes it, in the `node_modules` of a project that has nothing else but what the package depends on. */
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-sdk-"));
    const source = join(folder, "source");
    mkdirSync(source);
    for (const name of ["package.json", "README.md"]) cpSync(join(root, "sdk", name), join(source, name));
    addLicence(source);
    expect(buildSdk(join(source, "dist"))).to.equal("");
    const options = { cwd: folder, encoding: "utf8", shell: process.platform === "win32" } as const;
    const packed = spawnSync("npm", ["pack", source, "--ignore-scripts", "--json"], options);
    expect(packed.status, packed.stderr).to.equal(0);
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];

    project = join(folder, "project");
    const place = join(project, "node_modules", "@plimsoll");
    mkdirSync(place, { recursive: true });
    expect(spawnSync("tar", ["-xzf", filename, "-C", place], options).status).to.equal(0);
    cpSync(join(place, "package"), join(place, "sdk"), { recursive: true });
    for (const name of Object.keys(sdkPackage.dependencies)) {
      symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name), "junction");
    }
    writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("depends on the versions that it is tested with", () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    for (const [name, range] of Object.entries(sdkPackage.dependencies)) {
      expect(range, name).to.equal(`^${devDependencies[name] ?? "nothing"}`);
    }
  });

  it("carries what it is and under which licence, and explains itself to whoever opens the archive", () => {
    const place = join(project, "node_modules", "@plimsoll", "sdk");
    for (const [name, words] of [
      ["LICENSE", "MIT License"],
      ["README.md", "# @plimsoll/sdk"],
    ] as const) {
      expect(readFileSync(join(place, name), "utf8"), name).to.contain(words);
    }
  });

  it("is imported in Node, whole and in parts, with its types", () => {
    const parts = Object.keys(sdkPackage.exports).map((part) => part.replace(/^\./, "@plimsoll/sdk"));
    const script = `
      for (const part of ${JSON.stringify(parts)}) {
        const names = Object.keys(await import(part));
        if (names.length === 0) throw new Error(part + " is empty");
      }
      const { deposit, explainError, addressBook, readSnapshot } = await import("@plimsoll/sdk");
      const { creditEngineAbi } = await import("@plimsoll/sdk/abis");
      console.log(typeof deposit.preview, explainError("NothingToDo", []).name, typeof addressBook, typeof readSnapshot, creditEngineAbi.length > 50);
    `;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: project,
      encoding: "utf8",
    });
    expect(stderr).to.equal("");
    expect(stdout).to.equal("function NothingToDo function function true\n");
    for (const { types, default: code } of Object.values(sdkPackage.exports)) {
      expect(readFileSync(join(project, "node_modules", "@plimsoll", "sdk", types), "utf8"), code).to.contain("export");
    }
  });

  async function bundle(code: string): Promise<{ sources: string[]; size: number }> {
    const { metafile, outputFiles } = await build({
      stdin: { contents: code, resolveDir: project, loader: "js" },
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      external: ["ethers"],
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const [output] = Object.values(metafile.outputs);
    const sources = Object.entries(output!.inputs).flatMap(([name, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [name] : [],
    );
    return { sources, size: gzipSync(outputFiles[0]!.contents).length };
  }

  it("leaves everything else out of a page that does one thing", async () => {
    const code = 'import { repay } from "@plimsoll/sdk"; globalThis.tx = (s) => repay.tx(s, { amount: 1n });';
    const { sources, size } = await bundle(code);
    expect(sources.some((name) => name.endsWith("/actions/repay.js"))).to.equal(true);
    const others =
      /\/errors\/governance\.js$|\/(leverage|backstop|liquidate|fill|issue|redeem|deposit|withdraw|borrow|auctions|addresses)\.js$|zod/;
    expect(sources.filter((name) => others.test(name))).to.deep.equal([]);
    expect(size).to.be.below(MOST);
  });

  it("gives a page the ABI that it asks for, and no other", async () => {
    const { sources } = await bundle(
      'import { creditLensAbi } from "@plimsoll/sdk/abis"; globalThis.abi = creditLensAbi;',
    );
    const abis = sources.filter((name) => name.includes("__factory"));
    expect(abis.map((name) => name.slice(name.lastIndexOf("/") + 1))).to.deep.equal(["ICreditLens__factory.js"]);
  });

  it("is described as it is: docs/api is of these sources", () => {
    expect(readFileSync(MARK, "utf8").trim(), "write it anew: npm run docs:api").to.equal(markOfSources());
  });
});
