import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { parser } from "@prometheus-io/lezer-promql";
import { expect } from "chai";
import { parse as parseYaml } from "yaml";
import { z } from "zod";

import { createProgram } from "../../../cli/main.js";
import { loadConfig } from "../../../keeper/config/sources.js";
import { Metrics } from "../../../keeper/operation/metrics.js";
import { serve } from "../../../keeper/operation/server.js";
import { inclusionOf, intentOf } from "../../support/intents.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Labels that Prometheus or the operator gives to whatever is read. */
const GIVEN = ["job", "instance", "keeper", "le"];
/** What Prometheus makes itself. */
const OWN = new Map([["up", new Set<string>()]]);

/** Metrics and their labels, as a keeper serves them after it has seen everything once. */
async function served(): Promise<Map<string, Set<string>>> {
  const metrics = new Metrics();
  const sent = { job: "record", accounts: [], subject: "", expected: 0n } as const;
  const tick = { block: 1, time: 1, borrowers: 1, failing: 0 };
  const all = {
    ...tick,
    sent: [{ ...sent, hash: "0x" }],
    planned: [sent],
    idle: [{ job: "rate", reason: "" }],
  } as const;
  metrics.looked(all, { open: 0, budgetLeft: () => 0n });
  metrics.succeeded(1);
  metrics.settled(intentOf({ state: "confirmed", inclusion: inclusionOf() }));
  metrics.nodes([{ name: "http://node", fault: undefined, head: 1 }]);
  metrics.relayed("taken");
  metrics.role("leading");
  metrics.balance(1n);
  const health = { alive: () => [], ready: () => Promise.resolve([]), role: "leading" as const };
  metrics.readiness(health);
  const server = await serve({ health, registry: metrics.registry, pages: {} }, "127.0.0.1", 0);
  const text = await (await fetch(`${server.url}/metrics`)).text();
  await server.close();
  const found = new Map(OWN);
  for (const line of text.split("\n")) {
    const [, name, labels = ""] = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? /i.exec(line) ?? [];
    if (name === undefined) continue;
    const known = found.get(name) ?? new Set();
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) known.add(label);
    found.set(name, known);
  }
  return found;
}

/** What is wrong with a PromQL expression. */
function faultsOf(expression: string, metrics: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const faults: string[] = [];
  const names = new Set<string>();
  const labels = new Set<string>();
  parser.parse(expression).iterate({
    enter: (node) => {
      const text = expression.slice(node.from, node.to);
      if (node.type.isError) faults.push(`cannot be read at ${node.from.toString()}`);
      if (node.name === "Identifier") names.add(text);
      if (node.name === "LabelName") labels.add(text);
    },
  });
  if (names.size === 0) faults.push("asks for no metric");
  const known = new Set(GIVEN);
  for (const name of names) {
    const own = metrics.get(name);
    if (own === undefined) faults.push(`${name} is not served`);
    for (const label of own ?? []) known.add(label);
  }
  for (const label of labels) if (!known.has(label)) faults.push(`${label} is no label of it`);
  return faults;
}

const rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z
          .object({
            alert: z.string().regex(/^Plimsoll\w+$/),
            expr: z.string(),
            for: z
              .string()
              .regex(/^\d+[smh]$/)
              .optional(),
            labels: z.object({ severity: z.enum(["info", "warning", "critical"]) }).strict(),
            annotations: z.object({ summary: z.string(), description: z.string() }).strict(),
          })
          .strict(),
      ),
    }),
  ),
});
const dashboard = z.object({
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      type: z.string(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.object({ expr: z.string() })).default([]),
    }),
  ),
});

/** Flags of a sub-command, those of the program's way to it included; undefined where there is no such command. */
function flagsOf(name: string): Set<string> | undefined {
  const command = createProgram().commands.find((one) => one.name() === name);
  return command && new Set(command.options.flatMap(({ long }) => (typeof long === "string" ? [long] : [])));
}

describe("ops: Prometheus and Grafana", () => {
  let metrics: Map<string, Set<string>>;
  before(async () => (metrics = await served()));

  it("knows what is wrong with an expression", () => {
    expect(faultsOf('plimsoll_keeper_looks_total{result="failed"} > 0', metrics)).to.deep.equal([]);
    expect(faultsOf("plimsoll_keeper_look_total > 0", metrics)).to.deep.equal([
      "plimsoll_keeper_look_total is not served",
    ]);
    expect(faultsOf('plimsoll_keeper_looks_total{outcome="x"}', metrics)).to.deep.equal(["outcome is no label of it"]);
    expect(faultsOf("sum(up", metrics)[0]).to.contain("cannot be read");
  });

  it("alerts ask for what is served", () => {
    const { groups } = rules.parse(parseYaml(read("ops/prometheus/alerts.yml")));
    const all = groups.flatMap((group) => group.rules);
    expect(all.length).to.be.above(12);
    expect(new Set(all.map(({ alert }) => alert)).size).to.equal(all.length);
    for (const { alert, expr } of all) expect(faultsOf(expr, metrics), `${alert}: ${expr}`).to.deep.equal([]);
    // What their texts show of labels and values.
    for (const { alert, annotations } of all)
      for (const [, name] of Object.values(annotations)
        .join(" ")
        .matchAll(/\{\{\s*(\S+)\s*\}\}/g))
        expect(name, alert).to.match(/^\$(value|labels\.(instance|keeper|job|node))$/);
  });

  it("are taken by promtool", function () {
    if (spawnSync("promtool", ["--version"]).status !== 0) {
      console.log("    (no promtool on this machine)");
      return this.skip();
    }
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", "ops/prometheus/alerts.yml"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(status, stdout + stderr).to.equal(0);
  });

  it("the dashboard asks for what is served, and its panels do not lie over each other", () => {
    const { panels } = dashboard.parse(JSON.parse(read("ops/grafana/keeper.json")));
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    const cells = new Set<string>();
    for (const { title, type, targets, gridPos } of panels) {
      if (type !== "row") expect(targets, title).to.not.be.empty;
      // Variables are filled in by Grafana.
      for (const { expr } of targets)
        expect(faultsOf(expr.replaceAll("$keeper", ".*"), metrics), `${title}: ${expr}`).to.deep.equal([]);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          const cell = `${x.toString()},${y.toString()}`;
          expect(cells.has(cell), `${title} at ${cell}`).to.equal(false);
          cells.add(cell);
        }
      expect(gridPos.x + gridPos.w, title).to.be.at.most(24);
    }
  });

  it("every metric of the keeper is watched by one of them", () => {
    const all = read("ops/prometheus/alerts.yml") + read("ops/grafana/keeper.json");
    const unwatched = [...metrics.keys()]
      .filter((name) => name.startsWith("plimsoll_keeper_"))
      .map((name) => name.replace(/_(bucket|sum|count)$/, ""))
      .filter((name) => !all.includes(name));
    // What a dry run would do, and what had nothing to do, is for whoever looks.
    expect([...new Set(unwatched)]).to.have.members([
      "plimsoll_keeper_planned_total",
      "plimsoll_keeper_idle",
      "plimsoll_keeper_last_look_timestamp_seconds",
    ]);
  });
});

describe("ops: the example configuration", () => {
  it("is one", () => {
    const config = loadConfig({ file: join(root, "ops/keeper.json") });
    expect(config.execute).to.equal(false);
    expect(config.relay.rpc).to.deep.equal([]);
    // `plimsoll keeper deploy` writes them.
    expect(config.addresses).to.deep.equal({});
  });
});

describe("ops: systemd", () => {
  const UNITS = ["plimsoll-keeper.service", "plimsoll-indexer.service"];

  function linesOf(unit: string, key: string): string[] {
    return read(`ops/systemd/${unit}`)
      .split("\n")
      .flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
  }

  for (const unit of UNITS) {
    it(`${unit} starts a command that exists, with flags that it has`, function () {
      const [start = ""] = linesOf(unit, "ExecStart");
      const words = start.split(" ");
      const script = words.findIndex((word) => word.endsWith("/cli/bin.mjs"));
      expect(script).to.be.above(0);
      for (const path of words.slice(0, script + 1)) {
        expect(existsSync(path.replace("/opt/plimsoll", root)), path).to.equal(true);
      }
      const flags = flagsOf(words[script + 1] ?? "");
      if (flags === undefined) {
        console.log(`      (there is no command ${words[script + 1] ?? ""})`);
        return this.skip();
      }
      for (const word of words.slice(script + 2).filter((one) => one.startsWith("--")))
        expect([...flags]).to.include(word);
      expect(linesOf(unit, "Restart")).to.deep.equal(["always"]);
      expect(linesOf(unit, "DynamicUser")).to.deep.equal(["yes"]);
      expect(linesOf(unit, "ProtectSystem")).to.deep.equal(["strict"]);
      // What it writes it writes there.
      expect(linesOf(unit, "StateDirectory")).to.have.length(1);
      expect(start).to.contain("${STATE_DIRECTORY}");
    });
  }

  it("takes them", function () {
    if (spawnSync("systemd-analyze", ["--version"]).status !== 0) {
      console.log("      (no systemd-analyze on this machine)");
      return this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), "plimsoll-units-"));
    for (const unit of UNITS) {
      // The project is here, and not where it will be installed.
      const text = read(`ops/systemd/${unit}`).replaceAll("/opt/plimsoll", root.replace(/\/$/, ""));
      writeFileSync(join(folder, unit), text);
    }
    const paths = UNITS.map((unit) => join(folder, unit));
    const { status, stderr, stdout } = spawnSync("systemd-analyze", ["verify", "--man=no", ...paths], {
      encoding: "utf8",
    });
    const said = (stdout + stderr).split("\n").filter((line) => UNITS.some((unit) => line.includes(unit)));
    rmSync(folder, { recursive: true });
    expect(said).to.deep.equal([]);
    expect(status, stdout + stderr).to.equal(0);
  }).timeout(20_000);
});

describe("ops: the container", function () {
  this.timeout(60_000);
  const lines = read("ops/docker/Dockerfile")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));

  it("runs as nobody in particular, says how it is, and brings no secret", () => {
    expect(lines.filter((line) => line.startsWith("FROM "))).to.have.length(2);
    for (const line of lines.filter((one) => one.startsWith("FROM ")))
      expect(line).to.match(/^FROM node:20\.\d+\.\d+-/);
    const user = last.findIndex((line) => line.startsWith("USER "));
    expect(last[user]).to.equal("USER node");
    expect(last.slice(user).some((line) => /^(RUN|COPY|ADD) /.test(line))).to.equal(false);
    const check = last.find((line) => line.startsWith("HEALTHCHECK "));
    expect(check).to.contain("/health").and.to.contain("9464");
    expect(lines.join("\n")).to.not.match(/PRIVATE_KEY|PASSWORD|^ARG|^ADD/m);
    const ignored = read(".dockerignore").split("\n");
    expect(ignored).to.include.members([".git", "node_modules", "**/.env*", "**/key*.json", "**/password*"]);
  });

  it("sets variables that the keeper knows, and starts it with flags that it has", () => {
    const [entry = ""] = last.filter((line) => line.startsWith("ENTRYPOINT "));
    const words = z.array(z.string()).parse(JSON.parse(entry.slice("ENTRYPOINT ".length)));
    expect(words.slice(0, 3)).to.deep.equal(["/app/node_modules/node/bin/node", "/app/cli/bin.mjs", "keeper"]);
    const flags = flagsOf("keeper")!;
    for (const word of words.slice(3).filter((one) => one.startsWith("--"))) expect([...flags]).to.include(word);
    const environment: Record<string, string> = {};
    for (const [, name = "", value = ""] of last.join("\n").matchAll(/(PLIMSOLL_\w+)=(\S+)/g))
      environment[name] = value;
    const config = loadConfig({ environment, flags: { network: "localhost" } });
    expect(config.operation).to.include({ host: "0.0.0.0", port: 9_464 });
    expect(config.journal.directory).to.equal("/var/lib/plimsoll-keeper");
    expect(last).to.include("VOLUME /var/lib/plimsoll-keeper").and.to.include("EXPOSE 9464");
  });

  it("has all that the keeper needs in its last stage", () => {
    const app = mkdtempSync(join(tmpdir(), "plimsoll-app-"));
    for (const line of last.filter((one) => one.startsWith("COPY --from=build "))) {
      const words = line.split(" ").slice(2);
      const to = words.pop() ?? "";
      for (const from of words) {
        const source = join(root, from.replace("/app/", ""));
        const target = to === "./" ? join(app, from.replace("/app/", "")) : join(app, to);
        mkdirSync(dirname(target), { recursive: true });
        if (to === "node_modules") symlinkSync(source, target);
        else cpSync(source, target, { recursive: true });
      }
    }
    const play = (...args: string[]): { status: number | null; err: string } => {
      const { status, stderr } = spawnSync(process.execPath, [join(app, "cli/bin.mjs"), "keeper", ...args], {
        encoding: "utf8",
        cwd: tmpdir(),
        env: { PATH: process.env.PATH, HOME: app },
      });
      return { status, err: stderr };
    };
    // It gets as far as to ask a node, which is not there.
    const asked = play("--rpc", "http://127.0.0.1:1");
    expect(asked.err).to.contain("no connection");
    expect(asked.status).to.equal(3);
    const reported = play("report", "--journal", join(app, "journal"), "--port", "0");
    expect(reported, reported.err).to.deep.equal({ status: 0, err: "" });
    rmSync(app, { recursive: true });
  });

  it("is built, where Docker runs", function () {
    // A build takes minutes and needs a registry: only where somebody asks for it.
    if (process.env.PLIMSOLL_TEST_DOCKER === undefined) {
      console.log("      (not built: set PLIMSOLL_TEST_DOCKER, where a Docker daemon runs)");
      return this.skip();
    }
    this.timeout(1_800_000);
    const { status, stderr } = spawnSync("docker", ["build", "-q", "-f", "ops/docker/Dockerfile", "."], {
      cwd: root,
      encoding: "utf8",
    });
    expect(status, stderr).to.equal(0);
  });
});
