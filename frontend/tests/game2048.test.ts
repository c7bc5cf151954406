import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Action, type Board, Generator, legalMoves, move } from "../src/domain/game2048";
import { type RecordingDocument, RecordingError, replay } from "../src/domain/recording";

interface Vectors {
  random: { seed: number; draws: string[] }[];
  moves: { board: string; legal: boolean[]; after: { board: string; points: number }[] }[];
  games: { recording: RecordingDocument; boards: string[] }[];
}

const file = join(import.meta.dirname, "../../spec/vectors/games.json");
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vectors;
const boardOf = (text: string): Board => Array.from(text, (digit) => parseInt(digit, 18));

describe("golden games of spec/vectors, shared with Python", () => {
  it.each(vectors.random)("random numbers of seed $seed", ({ seed, draws }) => {
    const generator = new Generator(seed);
    expect(draws.map(() => generator.next().toString(16).padStart(16, "0"))).toEqual(draws);
  });

  it.each(vectors.moves)("moves of $board", ({ board, legal, after }) => {
    expect(legalMoves(boardOf(board))).toEqual(legal);
    after.forEach((wanted, action) => {
      const moved = move(boardOf(board), action as Action);
      expect(moved.board).toEqual(boardOf(wanted.board));
      expect(moved.points).toBe(wanted.points);
    });
  });

  it.each(vectors.games)("the game of seed $recording.seed", ({ recording, boards }) => {
    const played = replay(recording);
    expect(played.boards).toEqual(boards.map(boardOf));
    expect(played.scores.at(-1)).toBe(recording.score);
    expect(legalMoves(played.boards.at(-1) ?? [])).toEqual([false, false, false, false]);
  });
});

describe("a move", () => {
  it("says where each tile went: what moves and what merges", () => {
    const board = boardOf("1100020000100000");
    const { targets, board: after } = move(board, 3);
    expect(targets[1]).toBe(0);
    expect(targets[5]).toBe(4);
    expect(targets[10]).toBe(8);
    board.forEach((tile, cell) => {
      if (tile > 0) expect(after[targets[cell] ?? -1]).toBeGreaterThanOrEqual(tile);
    });
  });
});

describe("a recording that is not right", () => {
  const whole = vectors.games[0]?.recording as RecordingDocument;
  const bad: [string, Partial<RecordingDocument>][] = [
    ["another score", { score: whole.score + 4 }],
    ["another seed", { seed: 99 }],
    ["a seed that no number of this language holds", { seed: 2 ** 60 }],
    ["moves missing", { moves: whole.moves.slice(0, 8) }],
    ["moves that are no base64", { moves: "???" }],
    ["a newer version", { version: 2 }],
    ["no end of moves", { steps: 10 ** 9 }],
  ];
  it.each(bad)("is refused: %s", (_, change) => {
    expect(() => replay({ ...whole, ...change })).toThrow(RecordingError);
  });
});
