import type { World } from "./world.js";

/**
 * A world that every test of the surrounding `describe` finds as `make` left it: built once, rolled back after each test.
 * Returns a function because the world exists only once the tests run.
 */
export function freshWorld<T extends Pick<World, "connection">>(make: () => Promise<T>): () => T {
  let world: T | undefined;
  let restore: (() => Promise<void>) | undefined;

  before(async () => {
    world = await make();
    const snapshot = await world.connection.networkHelpers.takeSnapshot();
    restore = () => snapshot.restore();
  });
  afterEach(async () => {
    await restore?.();
  });
  after(async () => {
    await world?.connection.close();
    world = undefined;
  });

  return () => {
    if (world === undefined) throw new Error("the world exists only while tests run");
    return world;
  };
}
