import { expect } from "chai";
import type { Command } from "commander";

import { CliError, EnvironmentError, EXIT, UsageError } from "../../../cli/errors.js";
import { type Registration, run } from "../../../cli/main.js";
import packageJson from "../../../package.json" with { type: "json" };

/** A sub-command that does what it is told. */
function command(action: (options: { name?: string }) => void | Promise<void>): Registration {
  return (program: Command) => {
    program.command("voyage").description("sail").option("--name <ship>", "what she is called").action(action);
  };
}

/** Runs a command line, keeping what it printed. */
async function play(args: string[], commands?: readonly Registration[]) {
  let out = "";
  let err = "";
  const output = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  return { code: await run(args, commands, output), out, err };
}

describe("cli: what is typed", () => {
  it("runs a command with its options, and ends with 0", async () => {
    let name: string | undefined;
    const { code, out, err } = await play(
      ["voyage", "--name", "Cutty Sark"],
      [command((options) => void (name = options.name))],
    );
    expect({ code, name, out, err }).to.deep.equal({ code: EXIT.ok, name: "Cutty Sark", out: "", err: "" });
  });

  it("waits for a command that takes its time", async () => {
    let done = false;
    const slow = command(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      done = true;
    });
    expect((await play(["voyage"], [slow])).code).to.equal(EXIT.ok);
    expect(done).to.equal(true);
  });

  it("suggests the command that was meant, and ends with 2", async () => {
    const { code, out, err } = await play(["dmeo"]);
    expect(code).to.equal(EXIT.usage);
    expect(out).to.equal("");
    expect(err).to.contain("unknown command 'dmeo'").and.to.contain("Did you mean demo?");
    expect(err).to.not.match(/^\s+at /m);
  });

  it("suggests the option that was meant, and ends with 2", async () => {
    const { code, err } = await play(["voyage", "--nmae", "x"], [command(() => undefined)]);
    expect(code).to.equal(EXIT.usage);
    expect(err).to.contain("unknown option '--nmae'").and.to.contain("Did you mean --name?");
  });

  it("refuses a missing value and an argument too many with 2", async () => {
    for (const args of [
      ["voyage", "--name"],
      ["voyage", "around", "the", "Horn"],
    ]) {
      const { code, err } = await play(args, [command(() => undefined)]);
      expect(code).to.equal(EXIT.usage);
      expect(err)
        .to.match(/^error: /)
        .and.to.contain("plimsoll --help");
    }
  });

  it("shows the help when nothing is asked for, and ends with 2", async () => {
    const { code, out, err } = await play([]);
    expect(code).to.equal(EXIT.usage);
    expect(out).to.equal("");
    expect(err).to.contain("Usage: plimsoll");
  });

  it("prints help with examples on request, and ends with 0", async () => {
    for (const args of [["--help"], ["-h"], ["help"]]) {
      const { code, out, err } = await play(args);
      expect(code).to.equal(EXIT.ok);
      expect(out).to.contain("Examples:").and.to.contain("plimsoll demo --once");
      expect(err).to.equal("");
    }
  });

  it("prints the version of the package, and ends with 0", async () => {
    for (const args of [["--version"], ["-V"]]) {
      expect(await play(args)).to.deep.equal({ code: EXIT.ok, out: `${packageJson.version}\n`, err: "" });
    }
  });

  it("knows the demo", async () => {
    const { code, out } = await play(["demo", "--help"]);
    expect(code).to.equal(EXIT.ok);
    expect(out).to.contain("--once").and.to.contain("--json");
  });
});

describe("cli: what goes wrong inside a command", () => {
  function failing(error: unknown): Registration {
    return command(() => {
      throw error;
    });
  }

  it("shows a foreseen error with its hint and its exit code, without a stack", async () => {
    const cases: [CliError, number][] = [
      [new CliError("the ship sank"), EXIT.failed],
      [new UsageError("no such port", "Try Greenwich."), EXIT.usage],
      [new EnvironmentError("port 8545 is taken", "Stop what runs there."), EXIT.environment],
    ];
    for (const [error, code] of cases) {
      const hint = error.hint === undefined ? "" : `  ${error.hint}\n`;
      const expected = { code, out: "", err: `plimsoll: ${error.message}\n${hint}` };
      expect(await play(["voyage"], [failing(error)])).to.deep.equal(expected);
    }
  });

  it("shows the message of an unforeseen error, and its stack only when asked for", async () => {
    const error = new TypeError("x is not a ship");
    const before = process.env.PLIMSOLL_DEBUG;
    try {
      delete process.env.PLIMSOLL_DEBUG;
      const plain = await play(["voyage"], [failing(error)]);
      expect(plain.code).to.equal(EXIT.failed);
      expect(plain.err).to.contain("unexpected error: x is not a ship").and.to.contain("PLIMSOLL_DEBUG=1");
      expect(plain.err).to.not.contain("    at ");

      process.env.PLIMSOLL_DEBUG = "1";
      expect((await play(["voyage"], [failing(error)])).err).to.contain("    at ");
    } finally {
      if (before === undefined) delete process.env.PLIMSOLL_DEBUG;
      else process.env.PLIMSOLL_DEBUG = before;
    }
  });

  it("survives something thrown that is no error", async () => {
    const { code, err } = await play(["voyage"], [failing("overboard")]);
    expect(code).to.equal(EXIT.failed);
    expect(err).to.contain("unexpected error: overboard");
  });
});
