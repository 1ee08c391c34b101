import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { connect, findChain } from "../../../../cli/chain.js";
import { deploy, forTheUser } from "../../../../cli/deploy/run.js";
import { EnvironmentError, EXIT, UsageError, type CliError } from "../../../../cli/errors.js";
import { understood } from "../../../../cli/transactions.js";
import { nodeAt, NodeProvider } from "../../../../deploy/public/node.js";
import { EventsBehind } from "../../../../keeper/logs.js";

const SEPOLIA = 11_155_111;
const SECRET = "SECRETKEY";
const ACCOUNT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const OTHER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

describe("cli/deploy: a node that fails", () => {
  /** What is asked, and what is answered; a number is an HTTP status. */
  let answers: (method: string) => unknown;
  let server: Server;
  let url = "";
  let asked: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        const all = [JSON.parse(body) as { id: number; method: string }].flat();
        const replies = all.map(({ id, method }) => {
          asked.push(method);
          return { jsonrpc: "2.0", id, result: answers(method) };
        });
        const status = replies.map(({ result }) => result).find((one) => typeof one === "number");
        response.writeHead(status ?? 200, { "content-type": "application/json" });
        response.end(JSON.stringify(body.startsWith("[") ? replies : replies[0]));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3/${SECRET}`;
  });
  beforeEach(() => {
    asked = [];
  });
  after(() => server.close());

  const caught = async (work: Promise<unknown>): Promise<unknown> =>
    await work.then(
      () => undefined,
      (error: unknown) => error,
    );
  const running = new AbortController().signal;
  const estimate = async (rpc: string): Promise<unknown> =>
    await caught(
      deploy(
        {
          ...{ network: "sepolia", rpc, estimate: true, from: ACCOUNT, guardian: OTHER, plimHolder: OTHER },
          out: join(tmpdir(), "plimsoll-nowhere"),
        },
        { environment: {}, say: () => undefined, ask: undefined },
        running,
      ),
    );
  const expectTrouble = (error: unknown, said: RegExp): void => {
    expect(error).to.be.instanceOf(EnvironmentError);
    const { message, exitCode, hint } = error as CliError;
    expect(exitCode).to.equal(EXIT.environment);
    expect(message).to.match(said);
    expect(`${message} ${hint}`).to.not.contain(SECRET);
  };

  it("is asked again by ethers' questions too, and its key is in no message", async () => {
    answers = () => 403;
    const provider = new NodeProvider(nodeAt(url, [1, 1]), SEPOLIA);
    const error = await caught(provider.getCode(ACCOUNT));
    expectTrouble(forTheUser(error, running), /^the node failed: http:\/\/127\.0\.0\.1:\d+\/\.\.\.: HTTP status 403$/);
    expect(asked).to.deep.equal(["eth_getCode", "eth_getCode", "eth_getCode"]);
    answers = () => (asked.length < 5 ? 500 : "0x1234");
    expect(await provider.getCode(ACCOUNT)).to.equal("0x1234");
    provider.destroy();
  });

  it("that answers nonsense is named by the command, with what was asked", async () => {
    answers = () => null;
    expectTrouble(await estimate(url), /^the node failed: eth_chainId: its answer is no quantity$/);
    answers = (method) => (method === "eth_chainId" ? "0xaa36a7" : "hello");
    expectTrouble(await estimate(url), /^the node failed: eth_call: its answer cannot be used$/);
  });

  it("is not looked for where no URL is given", async () => {
    for (const rpc of ["nonsense", "ftp://example.org"]) {
      for (const error of [await estimate(rpc), await caught(findChain({ rpc }))]) {
        expect(error).to.be.instanceOf(UsageError);
        expect((error as UsageError).message).to.match(/is no URL/);
      }
    }
  });

  it("is said in words where governance asks it, without its key", async () => {
    answers = () => 403;
    const provider = connect(url, SEPOLIA);
    expectTrouble(understood(await caught(provider.getCode(ACCOUNT)), {}), /^the node failed: server response 403/);
    provider.destroy();
    answers = (method) => (method === "eth_chainId" ? "0x7a69" : 403);
    const none = await caught(findChain({ rpc: url, folder: join(tmpdir(), "plimsoll-nowhere") }));
    expect((none as CliError).message).to.match(/the chain at http:\/\/127\.0\.0\.1:\d+\/\.\.\. has no/);
  });

  it("that is slow with events is said to be", () => {
    expectTrouble(forTheUser(new EventsBehind(5, 9), running), /events are read up to block 5, 4 blocks behind/);
  });
});
