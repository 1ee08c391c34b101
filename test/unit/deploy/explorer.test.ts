import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import type { ExplorerInput } from "../../../deploy/explorer/input.js";
import { ExplorerRefuses, submit } from "../../../deploy/explorer/submit.js";

const INPUT: ExplorerInput = {
  future: "Core#ReadBatch",
  address: "0x948B3c65b89DF0B4894ABE91E6D02FE579834F8F",
  contract: "project/contracts/lens/ReadBatch.sol:ReadBatch",
  compiler: "0.8.37+commit.1234abcd",
  input: { language: "Solidity", settings: {}, sources: {} },
  constructorArguments: "00ff",
  bytecode: "0x00",
};

describe("deploy/explorer: an explorer that speaks Etherscan's API", () => {
  let server: Server;
  /** What it says, one after the other, and what it was asked. */
  let answers: string[];
  let asked: URLSearchParams[];
  let urls: string[];
  let api = "";
  beforeEach(async () => {
    [answers, asked, urls] = [[], [], []];
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        asked.push(new URLSearchParams(body));
        urls.push(request.url ?? "");
        response.end(answers.shift() ?? "");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    api = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/api`;
  });
  afterEach(() => {
    server.close();
  });

  const says = (status: string, result: string): string => JSON.stringify({ status, message: "", result });
  const handIn = async (): Promise<string> => await submit({ api, chainId: 84_532, key: "secret", poll: 1 }, INPUT);
  const refusal = async (): Promise<string> => {
    const error: unknown = await handIn().catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(ExplorerRefuses);
    return (error as Error).message;
  };

  it("hands sources in with everything that it wants to know, and waits until it has compiled them", async () => {
    answers = [says("1", "ticket-7"), says("0", "Pending in queue"), says("1", "Pass - Verified")];
    expect(await handIn()).to.equal("Pass - Verified");
    expect(urls).to.deep.equal(Array(3).fill("/v2/api?chainid=84532"));
    expect(Object.fromEntries(asked[0]!)).to.deep.equal({
      module: "contract",
      action: "verifysourcecode",
      apikey: "secret",
      codeformat: "solidity-standard-json-input",
      sourceCode: JSON.stringify(INPUT.input),
      contractaddress: INPUT.address,
      contractname: INPUT.contract,
      compilerversion: "v0.8.37+commit.1234abcd",
      constructorArguements: "00ff",
    });
    expect(asked[2]!.get("guid")).to.equal("ticket-7");
  });

  it("is content with what was verified before", async () => {
    answers = [says("0", "Contract source code already verified")];
    expect(await handIn()).to.match(/already verified/);
    expect(asked).to.have.length(1);
  });

  it("says what the explorer says when it refuses, and never the key", async () => {
    answers = [says("0", "Invalid API Key")];
    expect(await refusal()).to.match(/does not verify project\/.*: Invalid API Key/);
    answers = [says("1", "ticket-8"), says("0", "Fail - Unable to verify")];
    expect(await refusal()).to.match(/Fail - Unable to verify/);
    answers = ["<html>"];
    expect(await refusal()).to.match(/answers something else/);
    await new Promise((resolve) => server.close(resolve));
    expect(await refusal())
      .to.match(/does not answer/)
      .and.not.contain("secret");
  });
});
