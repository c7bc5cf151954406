import { expect, it, vi } from "vitest";
import { api } from "../src/api/client";

it("the list of designs is asked for page by page until it ends", async () => {
  const pages: Record<string, unknown> = {
    "/api/designs?limit=200": { items: [{ id: "c" }, { id: "b" }], next: "7" },
    "/api/designs?limit=200&cursor=7": { items: [{ id: "a" }], next: null },
  };
  const asked: string[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    return Promise.resolve(new Response(JSON.stringify(pages[path]), { headers: { "content-type": "application/json" } }));
  });
  expect((await api.listDesigns()).items.map(({ id }) => id)).toEqual(["c", "b", "a"]);
  expect(asked).toEqual(Object.keys(pages));
  vi.unstubAllGlobals();
});
