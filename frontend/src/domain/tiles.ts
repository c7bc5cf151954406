/** Tiles of a board with an identity over the moves, so that a screen can let them slide. */
import { type Action, type Board, CELLS, move } from "./game2048";

export interface Tile {
  id: number;
  exponent: number;
  cell: number;
  /** `merged` was made by the last move, `new` placed after it; `gone` slid under a merged one. */
  kind: "still" | "merged" | "new" | "gone";
}

/** The tiles of a board that is shown out of nowhere. */
export function tilesOf(board: Board): Tile[] {
  return board.flatMap((exponent, cell) => (exponent === 0 ? [] : [{ id: cell, exponent, cell, kind: "still" as const }]));
}

/** The tiles after a move that leads to `next`, which has the new tile too. */
export function tilesAfter(tiles: readonly Tile[], action: Action, next: Board): Tile[] {
  const living = tiles.filter(({ kind }) => kind !== "gone");
  const before = new Array<number>(CELLS).fill(0);
  for (const { cell, exponent } of living) before[cell] = exponent;
  const { board, targets } = move(before, action);
  let lastId = Math.max(CELLS, ...tiles.map(({ id }) => id));
  const slid = living.map((tile): Tile => {
    const cell = targets[tile.cell] ?? tile.cell;
    return { ...tile, cell, kind: board[cell] === tile.exponent ? "still" : "gone" };
  });
  const merged = new Set(slid.filter(({ kind }) => kind === "gone").map(({ cell }) => cell));
  const made = [...merged].map((cell): Tile => ({ id: (lastId += 1), exponent: board[cell] ?? 0, cell, kind: "merged" }));
  const placed = next.flatMap((exponent, cell): Tile[] =>
    exponent > 0 && board[cell] === 0 ? [{ id: (lastId += 1), exponent, cell, kind: "new" }] : [],
  );
  return [...slid, ...made, ...placed];
}

/** The board in words, row by row: "2, empty, empty, 4; ...". */
export function boardText(board: Board): string {
  const rows = [0, 4, 8, 12].map((first) => board.slice(first, first + 4).map((exponent) => (exponent === 0 ? "empty" : String(2 ** exponent))));
  return rows.map((row, at) => `Row ${at + 1}: ${row.join(", ")}`).join("; ");
}
