/** Recorded games: from the server, else as this phone last saw them. */
import { api } from "../api/client";
import { Unreachable } from "../api/problems";
import type { Game } from "../api/types";
import { answers } from "./db";

/** A game with its moves; one that was looked at before plays without the server too. */
export async function readGame(runId: string, gameId: string): Promise<Game> {
  const key = `game:${runId}:${gameId}`;
  try {
    const game = await api.game(runId, gameId);
    await answers.put(key, game);
    return game;
  } catch (error) {
    const known = error instanceof Unreachable ? await answers.get<Game>(key) : undefined;
    if (!known) throw error;
    return known;
  }
}
