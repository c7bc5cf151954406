/**
 * The rules of 2048: the twin of `app/environment/board.py`, held to it by `spec/vectors/games.json`. A seed gives the
 * same tiles on both sides, so a seed and moves are a whole game.
 */

export const CELLS = 16;
/** Exponents of the tiles, row by row: 0 empty, 1 = 2, 11 = 2048, up to 17. */
export type Board = readonly number[];
export const ACTIONS = ["up", "right", "down", "left"] as const;
/** 0 up, 1 right, 2 down, 3 left. */
export type Action = 0 | 1 | 2 | 3;

/** The largest tile there is; two of them are kept apart. */
const LARGEST = 17;
const SIDE = 4;

/** What a move does before the new tile comes. */
export interface Moved {
  board: Board;
  /** Sum of the merged tiles. */
  points: number;
  isLegal: boolean;
  /** For each cell, the cell that its tile went to. */
  targets: readonly number[];
}

/** Cells of the four lines that an action slides, the one by the wall first. */
const LINES: readonly (readonly (readonly number[])[])[] = ACTIONS.map((_, action) =>
  [0, 1, 2, 3].map((line) =>
    [0, 1, 2, 3].map((place) => {
      const along = action === 1 || action === 2 ? SIDE - 1 - place : place;
      return action === 0 || action === 2 ? along * SIDE + line : line * SIDE + along;
    }),
  ),
);

/** Slides every tile; each merges at most once, those nearest to the wall first. */
export function move(board: Board, action: Action): Moved {
  const after = new Array<number>(CELLS).fill(0);
  const targets = Array.from({ length: CELLS }, (_, cell) => cell);
  let points = 0;
  for (const cells of LINES[action] ?? []) {
    let place = -1;
    let canMerge = false;
    for (const cell of cells) {
      const tile = board[cell] ?? 0;
      if (tile === 0) continue;
      const front = cells[place] ?? cell;
      if (canMerge && tile === after[front] && tile < LARGEST) {
        after[front] = tile + 1;
        points += 2 ** (tile + 1);
        canMerge = false;
      } else {
        place += 1;
        after[cells[place] ?? cell] = tile;
        canMerge = true;
      }
      targets[cell] = cells[place] ?? cell;
    }
  }
  return { board: after, points, isLegal: after.some((tile, cell) => tile !== board[cell]), targets };
}

/** Which of the four actions change the board. */
export function legalMoves(board: Board): boolean[] {
  return ACTIONS.map((_, action) => move(board, action as Action).isLegal);
}

const low64 = (bits: bigint): bigint => BigInt.asUintN(64, bits);
/** Of 2^32: a new tile is a 4 with this chance, a tenth. */
const A_TENTH = 429_496_730n;

/** splitmix64, 64 random bits a call. */
export class Generator {
  #state: bigint;

  /** Neighbouring seeds give unrelated games: the state is the seed's first number. */
  constructor(seed: number) {
    this.#state = BigInt(seed);
    this.#state = this.next();
  }

  next(): bigint {
    this.#state = low64(this.#state + 0x9e3779b97f4a7c15n);
    let bits = this.#state;
    bits = low64((bits ^ (bits >> 30n)) * 0xbf58476d1ce4e5b9n);
    bits = low64((bits ^ (bits >> 27n)) * 0x94d049bb133111ebn);
    return bits ^ (bits >> 31n);
  }
}

/** The board with a 2 or a 4 more on a random empty cell; a full board stays as it is. */
export function withNewTile(board: Board, generator: Generator): Board {
  const empty = board.flatMap((tile, cell) => (tile === 0 ? [cell] : []));
  if (empty.length === 0) return board;
  const bits = generator.next();
  const chosen = empty[Number(((bits >> 32n) * BigInt(empty.length)) >> 32n)];
  const tile = (bits & 0xffffffffn) < A_TENTH ? 2 : 1;
  return board.map((known, cell) => (cell === chosen ? tile : known));
}

/** A board with its first two tiles. */
export function newBoard(generator: Generator): Board {
  return withNewTile(withNewTile(new Array<number>(CELLS).fill(0), generator), generator);
}
