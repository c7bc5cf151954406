import "fake-indexeddb/auto";
import { expect, it, vi } from "vitest";
import { readGame } from "../src/stores/games";

it("a recorded game that was looked at plays without the server; one that was not says why", async () => {
  const game = { id: "7-best", moves: "AA==" };
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response(JSON.stringify(game), { headers: { "content-type": "application/json" } })),
  );
  expect(await readGame("r", "7-best")).toEqual(game);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
  expect(await readGame("r", "7-best")).toEqual(game);
  await expect(readGame("r", "8-best")).rejects.toThrow();
  vi.unstubAllGlobals();
});
