/** One recorded game, fetched and played again here: the boards follow from its seed and its moves. */
import { useEffect, useMemo, useState } from "react";
import { explain } from "../../api/problems";
import type { Game } from "../../api/types";
import { formatShort } from "../../domain/format";
import { type Replay, RecordingError, replay } from "../../domain/recording";
import { readGame } from "../../stores/games";
import { goBack } from "../../stores/route";
import { Icon } from "../../ui/Icon";
import { Empty, Skeleton } from "../../ui/parts";
import { useScreen } from "../../ui/useScreen";
import { ReplayPlayer } from "./ReplayPlayer";

const TITLES = { best: "Best game", median: "Median game", worst: "Worst game" } as const;

export function GameScreen({ runId, gameId }: { runId: string; gameId: string }) {
  const [game, setGame] = useState<Game | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const title = game ? TITLES[game.kind] : "Recorded game";
  const heading = useScreen(title);
  useEffect(() => {
    let isStale = false;
    readGame(runId, gameId).then(
      (found) => {
        if (!isStale) setGame(found);
      },
      (error: unknown) => {
        if (!isStale) setProblem(explain(error));
      },
    );
    return () => {
      isStale = true;
    };
  }, [runId, gameId]);
  const played = useMemo(() => (game ? played2048(game) : null), [game]);
  const trouble = problem ?? (typeof played === "string" ? played : null);
  return (
    <div className="screen game">
      <header className="bar">
        <button type="button" className="icon-button" aria-label="Back" onClick={() => goBack({ screen: "run", runId })}>
          <Icon name="back" />
        </button>
        <div className="bar__titles">
          <h1 className="bar__title" ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {game && <p className="bar__caption">of the evaluation at step {formatShort(game.step)}</p>}
        </div>
      </header>
      {trouble !== null && (
        <main className="run__main">
          <Empty icon="warning" title="This game cannot be shown">
            {trouble}
          </Empty>
        </main>
      )}
      {trouble === null && (played === null || typeof played === "string") && (
        <main className="run__main" aria-busy="true">
          <Skeleton rows={2} height={160} />
        </main>
      )}
      {played !== null && typeof played === "object" && <ReplayPlayer replay={played} />}
    </div>
  );
}

/** The game move by move, or why it cannot be played. */
function played2048(game: Game): Replay | string {
  try {
    return replay(game);
  } catch (error) {
    if (error instanceof RecordingError) return error.message;
    throw error;
  }
}
