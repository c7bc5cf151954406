/** A replay with a clock: `domain/player.ts` says what each change does. */
import { useEffect, useReducer } from "react";
import { firstState, type PlayerChange, playerAfter, type PlayerState } from "../../domain/player";
import type { Replay } from "../../domain/recording";

export interface Player extends PlayerState {
  play: () => void;
  pause: () => void;
  /** Pauses, then shows the board after so many moves. */
  seek: (at: number) => void;
}

export function usePlayer(replay: Replay, movesPerSecond: number): Player {
  const [state, change] = useReducer(
    (now: PlayerState, wanted: PlayerChange) => playerAfter(replay, now, wanted),
    replay,
    firstState,
  );
  useEffect(() => {
    if (!state.isPlaying) return;
    const timer = window.setInterval(() => change({ kind: "next" }), 1000 / movesPerSecond);
    return () => window.clearInterval(timer);
  }, [state.isPlaying, movesPerSecond]);
  return {
    ...state,
    play: () => change({ kind: "play" }),
    pause: () => change({ kind: "pause" }),
    seek: (at) => change({ kind: "seek", at }),
  };
}
