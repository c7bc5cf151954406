/** The recorded games of a run: the best, the median and the worst of each evaluation that is kept. */
import { useEffect, useState } from "react";
import { api } from "../../api/client";
import { explain } from "../../api/problems";
import type { Evaluation, GameMeta, RunDetail } from "../../api/types";
import { scoreText } from "../../domain/evaluation";
import { formatCount, formatShort } from "../../domain/format";
import { go } from "../../stores/route";
import { Icon } from "../../ui/Icon";
import { Empty, Skeleton } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";

interface Props {
  run: RunDetail;
  evaluations: readonly Evaluation[];
  onClose: () => void;
}

export function GamesSheet({ run, evaluations, onClose }: Props) {
  const [games, setGames] = useState<GameMeta[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const newest = evaluations.at(-1)?.step;
  useEffect(() => {
    let isStale = false;
    api.games(run.id).then(
      ({ items }) => {
        if (!isStale) setGames(items);
      },
      (error: unknown) => {
        if (!isStale) setProblem(explain(error));
      },
    );
    return () => {
      isStale = true;
    };
  }, [run.id, newest]);
  const steps = [...new Set(games?.map(({ step }) => step))].sort((a, b) => b - a);
  return (
    <Sheet title="Recorded games" subtitle="The best, the median and the worst game of each evaluation, move by move." testId="games-sheet" onClose={onClose}>
      {problem !== null && <p className="home__problem">{problem}</p>}
      {games === null && problem === null && <Skeleton rows={4} height={64} />}
      {games?.length === 0 && (
        <Empty icon="play" title="No game yet">
          The first evaluation records three.
        </Empty>
      )}
      {steps.map((step) => (
        <section key={step} aria-labelledby={`games-${step}`}>
          <h3 id={`games-${step}`} className="palette__heading">
            Step {formatShort(step)}
            {meanAt(evaluations, step)}
          </h3>
          <ul className="list">
            {games
              ?.filter((game) => game.step === step)
              .map((game) => (
                <GameRow key={game.id} runId={run.id} game={game} onClose={onClose} />
              ))}
          </ul>
        </section>
      ))}
    </Sheet>
  );
}

function meanAt(evaluations: readonly Evaluation[], step: number): string {
  const found = evaluations.find((one) => one.step === step);
  return found ? ` · mean ${scoreText(found.score)}` : "";
}

const TITLES = { best: "Best game", median: "Median game", worst: "Worst game" } as const;

function GameRow({ runId, game, onClose }: { runId: string; game: GameMeta; onClose: () => void }) {
  const open = (): void => {
    onClose();
    go({ screen: "game", runId, gameId: game.id });
  };
  return (
    <li>
      <button type="button" className="item" data-game-id={game.id} onClick={open}>
        <span className="rate__tile tile tile--row" data-tile={Math.min(game.max_tile, 4096)} data-digits={String(game.max_tile).length}>
          {game.max_tile}
        </span>
        <span className="item__text">
          <span className="item__title">{TITLES[game.kind]}</span>
          <span className="item__caption">
            {formatCount(game.score)} points in {formatCount(game.steps)} moves
          </span>
        </span>
        <Icon name="play" size={20} />
      </button>
    </li>
  );
}
