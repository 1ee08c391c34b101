import { expect } from "chai";

import { withMembers } from "../../../../keeper/own/json-text.js";
import { Random } from "../../../support/random.js";

const OWN = { liquidator: "0xA", filler: "0xB" };

describe("keeper/own: the text of a configuration", () => {
  it("gets the members in the style of what is there", () => {
    const cases: [string, string][] = [
      ["{}", '{ "addresses": { "liquidator": "0xA", "filler": "0xB" } }'],
      ['{ "a": 1 }', '{ "a": 1, "addresses": { "liquidator": "0xA", "filler": "0xB" } }'],
      ['{"a": 1}', '{"a": 1, "addresses": { "liquidator": "0xA", "filler": "0xB" }}'],
      ['{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "addresses": { "liquidator": "0xA", "filler": "0xB" }\n}\n'],
      ['{"addresses":{}}', '{"addresses":{ "liquidator": "0xA", "filler": "0xB" }}'],
      ['{"addresses": {"filler": "0x1"}}', '{"addresses": {"filler": "0xB", "liquidator": "0xA"}}'],
      [
        '{\n\t"addresses": {\n\t\t"engine": "0x1",\n\t\t"lens": "0x2"\n\t}, "z": [1.50, "}"]\n}',
        '{\n\t"addresses": {\n\t\t"engine": "0x1",\n\t\t"lens": "0x2",\n\t\t"liquidator": "0xA",\n\t\t"filler": "0xB"\n\t}, "z": [1.50, "}"]\n}',
      ],
      // Parsers take the last of two.
      ['{"addresses":{"filler":"1","filler":"2"}}', '{"addresses":{"filler":"1","filler":"0xB","liquidator": "0xA"}}'],
    ];
    for (const [before, after] of cases) expect(withMembers(before, "addresses", OWN)).to.equal(after);
  });

  it("keeps everything else, whatever it is and however it is written", () => {
    const random = new Random(7n);
    const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!;
    const blank = (): string => pick(["", "", " ", "\n  ", "\t", "\r\n"]);
    const word = (): string =>
      JSON.stringify(pick(["a", "filler", "addresses", 'quote"', "back\\", "{", "]", "é\u2028", ""]));
    const value = (depth: number): string => {
      const kind = depth === 0 ? 0 : random.unit();
      if (kind < 0.5) return pick([word(), "-1.50e3", "0", "true", "null", '"\\u007b"']);
      const items = Array.from({ length: random.below(4) }, () =>
        kind < 0.75 ? value(depth - 1) : `${word()}${blank()}:${blank()}${value(depth - 1)}`,
      );
      const text = items.map((item) => `${blank()}${item}${blank()}`).join(",");
      return kind < 0.75 ? `[${text}]` : `{${text}}`;
    };
    const text = (): string => {
      const members = Array.from({ length: random.below(4) }, (_, i) => `"k${i.toString()}":${value(3)}`);
      if (random.unit() < 0.5) members.push(`"addresses"${blank()}:${blank()}{${blank()}"x":${value(2)}${blank()}}`);
      return `${blank()}{${members.map((one) => `${blank()}${one}${blank()}`).join(",")}${members.length === 0 ? blank() : ""}}${blank()}`;
    };
    for (let i = 0; i < 500; i++) {
      const before = text();
      const old = JSON.parse(before) as { addresses?: object };
      const after = withMembers(before, "addresses", OWN);
      expect(JSON.parse(after), before).to.deep.equal({ ...old, addresses: { ...old.addresses, ...OWN } });
      // What was there is there still, in its order: only something was put in between.
      let at = 0;
      for (const sign of before) {
        if (/\s/.test(sign)) continue;
        at = after.indexOf(sign, at) + 1;
        expect(at, `${before} became ${after}`).to.be.above(0);
      }
    }
  });

  it("is refused where it is none", () => {
    for (const text of ["", "[]", "{", '{"a"', '{"a":1', '{"a" 1}', '{"a":1 "b":2}', '{"addresses": [] }', '{"a":[}'])
      expect(() => withMembers(text, "addresses", OWN), text).to.throw(SyntaxError);
  });
});
