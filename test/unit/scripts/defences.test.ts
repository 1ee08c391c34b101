import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { DEFENCES } from "../../../scripts/defences/list.js";

const path = (file: string): string => fileURLToPath(new URL(`../../../${file}`, import.meta.url));

// Whether the tests notice is seen by `npm run defences`, which takes an hour; whether it can still be run, here.
describe("scripts: the list of defences", () => {
  it("names each once", () => {
    expect(new Set(DEFENCES.map(({ id }) => id)).size).to.equal(DEFENCES.length);
  });

  it("takes out what is there, exactly once, and asks tests that exist", () => {
    const wrong: string[] = [];
    for (const { id, patch, tests } of DEFENCES) {
      for (const { file, find, replace } of patch) {
        const times = existsSync(path(file)) ? readFileSync(path(file), "utf8").split(find).length - 1 : 0;
        if (times !== 1) wrong.push(`${id}: ${times} times in ${file}: ${find}`);
        if (find === replace) wrong.push(`${id}: replaces nothing`);
      }
      if (tests.length === 0) wrong.push(`${id}: no tests`);
      wrong.push(...tests.filter((test) => !existsSync(path(test))).map((test) => `${id}: no ${test}`));
    }
    expect(wrong).to.deep.equal([]);
  });
});
