/** A recorded game, read and played again: the twin of `app/play/recording.py`. */
import { ACTIONS, type Action, type Board, Generator, move, newBoard, withNewTile } from "./game2048";

const VERSION = 1;
/** A game that makes every tile it can make takes fewer. */
const MOST_MOVES = 200_000;

/** The JSON form: the moves as two bits each, the first in the lowest bits of the first byte, in base64. */
export interface RecordingDocument {
  version: number;
  seed: number;
  moves: string;
  steps: number;
  score: number;
  max_tile: number;
}

/** Every moment of a game: `boards[0]` has the first two tiles, `boards[n]` is what move n left. */
export interface Replay {
  boards: readonly Board[];
  /** The action of move n + 1. */
  actions: readonly Action[];
  /** The score after as many moves. */
  scores: readonly number[];
}

/** The recording cannot be read, or its moves do not lead to its score; the message is for people. */
export class RecordingError extends Error {}

/** Plays the moves again. Throws RecordingError where they are not those of the recorded game. */
export function replay(recording: RecordingDocument): Replay {
  const actions = actionsOf(recording);
  const generator = new Generator(recording.seed);
  let board = newBoard(generator);
  const boards = [board];
  const scores = [0];
  let score = 0;
  actions.forEach((action, at) => {
    const moved = move(board, action);
    if (!moved.isLegal) throw new RecordingError(`Move ${at + 1} of the recording, ${ACTIONS[action]}, changes nothing.`);
    board = withNewTile(moved.board, generator);
    score += moved.points;
    boards.push(board);
    scores.push(score);
  });
  const largest = 2 ** Math.max(...board);
  if (score !== recording.score || largest !== recording.max_tile) {
    throw new RecordingError(
      `The moves lead to a score of ${score} and a ${largest}, not to ${recording.score} and a ${recording.max_tile}.`,
    );
  }
  return { boards, actions, scores };
}

function actionsOf({ version, seed, moves, steps }: RecordingDocument): Action[] {
  if (version !== VERSION) throw new RecordingError("The game was recorded by a newer program: load the page again.");
  if (!Number.isSafeInteger(seed) || seed < 0 || !Number.isInteger(steps) || steps < 0 || steps > MOST_MOVES) {
    throw new RecordingError("The recording's seed or number of moves cannot be read.");
  }
  const bytes = bytesOf(moves);
  if (bytes.length !== Math.ceil(steps / 4)) throw new RecordingError(`The recording does not hold ${steps} moves.`);
  return Array.from({ length: steps }, (_, at) => (((bytes[at >> 2] ?? 0) >> ((at % 4) * 2)) & 3) as Action);
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    throw new RecordingError("The recording's moves are not base64.");
  }
}
