import { expect } from "chai";

import { measureAll } from "../../../scripts/bench/gas/run.js";
import { increases, readDocument, readSnapshot, withTables } from "../../../scripts/bench/gas/snapshot.js";

/** What to do about it is the last line of what a failure says. */
const CURE = "see why; if it has to be, write it down with `npm run bench:gas -- --update`";

describe("The gas snapshot", function () {
  this.timeout(120_000);

  it("is not exceeded by any operation of ours", async () => {
    const [{ oneSlot }, now] = [await readSnapshot(), await measureAll("oneSlot", false)];
    const dearer = increases(oneSlot, now).map(
      ({ operation, column, was, is }) =>
        `${operation} of ${column}: ${was?.toString() ?? "new"} -> ${is?.toString() ?? "not measured"}`,
    );
    expect(dearer, CURE).to.deep.equal([]);
  });

  it("is what the documentation shows", async () => {
    const document = await readDocument();
    expect(withTables(document, await readSnapshot())).to.equal(document);
  });
});
