/** Where a replay stands, and what moves it: play, pause, the next move, a jump. */
import type { Replay } from "./recording";
import { type Tile, tilesAfter, tilesOf } from "./tiles";

export interface PlayerState {
  /** Moves that were played. */
  at: number;
  tiles: readonly Tile[];
  isPlaying: boolean;
}

export type PlayerChange = { kind: "play" } | { kind: "pause" } | { kind: "next" } | { kind: "seek"; at: number };

export function firstState(replay: Replay): PlayerState {
  return { at: 0, tiles: tilesOf(replay.boards[0] ?? []), isPlaying: false };
}

/** Play at the end begins anew; the last move ends the play; a jump pauses. */
export function playerAfter(replay: Replay, now: PlayerState, change: PlayerChange): PlayerState {
  const last = replay.actions.length;
  switch (change.kind) {
    case "play":
      return { ...(now.at < last ? now : shownAt(replay, now, 0)), isPlaying: last > 0 };
    case "pause":
      return { ...now, isPlaying: false };
    case "next":
      return now.at < last ? { ...shownAt(replay, now, now.at + 1), isPlaying: now.at + 1 < last } : { ...now, isPlaying: false };
    case "seek":
      return { ...shownAt(replay, now, Math.min(last, Math.max(0, change.at))), isPlaying: false };
  }
}

/** The next board lets its tiles slide; any other is there at once. */
function shownAt({ boards, actions }: Replay, now: PlayerState, at: number): PlayerState {
  const board = boards[at] ?? [];
  const action = actions[now.at];
  const slides = at === now.at + 1 && action !== undefined;
  return { ...now, at, tiles: slides ? tilesAfter(now.tiles, action, board) : tilesOf(board) };
}
