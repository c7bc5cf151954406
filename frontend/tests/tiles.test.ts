import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { firstState, type PlayerChange, playerAfter, type PlayerState } from "../src/domain/player";
import { type RecordingDocument, replay } from "../src/domain/recording";
import { boardText, tilesAfter, tilesOf } from "../src/domain/tiles";

const file = join(import.meta.dirname, "../../spec/vectors/games.json");
const { games } = JSON.parse(readFileSync(file, "utf8")) as { games: { recording: RecordingDocument }[] };

describe("tiles that slide", () => {
  it.each(games)("show every board of the game of seed $recording.seed, each tile with an id of its own", ({ recording }) => {
    const { boards, actions } = replay(recording);
    let tiles = tilesOf(boards[0] ?? []);
    actions.forEach((action, at) => {
      const next = boards[at + 1] ?? [];
      tiles = tilesAfter(tiles, action, next);
      const shown = new Array<number>(16).fill(0);
      const living = tiles.filter(({ kind }) => kind !== "gone");
      for (const { cell, exponent } of living) shown[cell] = exponent;
      expect(shown).toEqual(next);
      expect(living).toHaveLength(next.filter((exponent) => exponent > 0).length);
      expect(new Set(tiles.map(({ id }) => id)).size).toBe(tiles.length);
      expect(tiles.filter(({ kind }) => kind === "new")).toHaveLength(1);
    });
  });

  it("keep their id while they move, and go under the one that they become", () => {
    const tiles = tilesOf([1, 1, 0, 2, ...new Array<number>(12).fill(0)]);
    const after = tilesAfter(tiles, 3, [2, 2, 0, 0, 1, ...new Array<number>(11).fill(0)]);
    expect(after).toContainEqual({ id: 0, exponent: 1, cell: 0, kind: "gone" });
    expect(after).toContainEqual({ id: 1, exponent: 1, cell: 0, kind: "gone" });
    expect(after).toContainEqual({ id: 3, exponent: 2, cell: 1, kind: "still" });
    expect(after.filter(({ kind }) => kind === "merged").map(({ cell, exponent }) => [cell, exponent])).toEqual([[0, 2]]);
  });

  it("are read row by row", () => {
    expect(boardText([1, 0, 0, 11, ...new Array<number>(12).fill(0)])).toMatch(/^Row 1: 2, empty, empty, 2048; Row 2: empty/);
  });
});

describe("a player", () => {
  const played = replay(games[0]?.recording as RecordingDocument);
  const last = played.actions.length;
  const after = (...changes: PlayerChange[]): PlayerState =>
    changes.reduce((state, change) => playerAfter(played, state, change), firstState(played));

  it("plays to the end, stops there, and begins anew", () => {
    const steps = Array.from({ length: last + 3 }, (): PlayerChange => ({ kind: "next" }));
    const ended = after({ kind: "play" }, ...steps);
    expect(ended).toMatchObject({ at: last, isPlaying: false });
    expect(playerAfter(played, ended, { kind: "play" })).toMatchObject({ at: 0, isPlaying: true });
  });

  it("shows any moment at once and pauses there, within the game", () => {
    const jumped = after({ kind: "play" }, { kind: "seek", at: 40 });
    expect(jumped).toMatchObject({ at: 40, isPlaying: false, tiles: tilesOf(played.boards[40] ?? []) });
    expect(after({ kind: "seek", at: -5 }).at).toBe(0);
    expect(after({ kind: "seek", at: 1e9 }).at).toBe(last);
  });
});
