import "fake-indexeddb/auto";
import { openDB } from "idb";
import { expect, it } from "vitest";
import { answers, kept } from "../src/stores/db";
import { template } from "./templates";

it("takes over what version 1 kept: unsent edits stay unsent, what was sent becomes the base", async () => {
  const old = await openDB("model-studio", 1, {
    upgrade: (database) => {
      database.createObjectStore("designs", { keyPath: "id" });
      database.createObjectStore("answers");
    },
  });
  const [sent, unsent] = [{ ...template("tiny-linear"), id: "a".repeat(32) }, { ...template("starter-moe"), id: "b".repeat(32) }];
  await old.put("designs", { id: sent.id, design: sent, base: '"3"', dirty: false, changedAt: 5 });
  await old.put("designs", { id: unsent.id, design: unsent, base: '"7"', dirty: true, changedAt: 6 });
  await old.put("answers", [{ id: "x" }], "designs");
  old.close();

  const found = new Map((await kept.all()).map((one) => [one.id, one]));
  expect(found.get(sent.id)).toMatchObject({ design: sent, base: { etag: '"3"', design: sent }, dirty: false, waitingSince: null, unheard: [] });
  expect(found.get(unsent.id)).toMatchObject({ design: unsent, base: { etag: '"7"', design: null }, dirty: true, changedAt: 6, waitingSince: 6 });
  expect(await answers.get("designs")).toEqual([{ id: "x" }]);
});
