/** The board of a recorded game, with play, step, scrub and speed by thumb or keyboard. */
import { useEffect, useState } from "react";
import { ACTIONS } from "../../domain/game2048";
import { formatCount } from "../../domain/format";
import type { Replay } from "../../domain/recording";
import { say } from "../../stores/announcer";
import { Choice } from "../../ui/controls";
import { Icon } from "../../ui/Icon";
import { PlayBoard } from "./PlayBoard";
import { type Player, usePlayer } from "./usePlayer";

const SPEEDS = [
  { value: "2", label: "2" },
  { value: "6", label: "6" },
  { value: "20", label: "20" },
  { value: "60", label: "60" },
];
const ARROWS = ["↑", "→", "↓", "←"];

export function ReplayPlayer({ replay }: { replay: Replay }) {
  const [speed, setSpeed] = useState("6");
  const player = usePlayer(replay, Number(speed));
  const { at, tiles, isPlaying } = player;
  const board = replay.boards[at] ?? [];
  const last = replay.actions.length;
  useKeys(player, replay);
  return (
    <>
      <main className="game__main">
        <dl className="game__numbers">
          <Fact label="Score" value={formatCount(replay.scores[at] ?? 0)} testId="game-score" />
          <Fact label="Largest tile" value={String(2 ** Math.max(0, ...board))} />
          <Fact label="Move" value={`${formatCount(at)} of ${formatCount(last)}`} testId="game-move" />
        </dl>
        <PlayBoard board={board} tiles={tiles} moveMs={isPlaying ? 1000 / Number(speed) : 1000} />
        <p className="game__move" data-testid="last-move">
          {moveText(replay, at)}
        </p>
      </main>
      <footer className="dock game__dock">
        <input
          type="range"
          className="scrub"
          aria-label="Move"
          aria-valuetext={`Move ${at} of ${last}, score ${replay.scores[at] ?? 0}`}
          min={0}
          max={last}
          value={at}
          onChange={(event) => player.seek(Number(event.target.value))}
        />
        <div className="game__controls">
          <StepButton label="One move back" icon="back_one" isOff={at === 0} onTap={() => step(player, replay, -1)} />
          <button
            type="button"
            className="button button--filled game__play"
            data-testid="play-pause"
            onClick={isPlaying ? player.pause : player.play}
          >
            <Icon name={isPlaying ? "pause" : at === last ? "refresh" : "play"} size={22} />
            {isPlaying ? "Pause" : at === last ? "Play again" : "Play"}
          </button>
          <StepButton label="One move on" icon="skip" isOff={at === last} onTap={() => step(player, replay, 1)} />
        </div>
        <Choice label="Moves per second" value={speed} choices={SPEEDS} onChange={setSpeed} />
      </footer>
    </>
  );
}

function Fact({ label, value, testId }: { label: string; value: string; testId?: string }) {
  return (
    <div className="game__fact">
      <dt>{label}</dt>
      <dd data-testid={testId}>{value}</dd>
    </div>
  );
}

function StepButton({ label, icon, isOff, onTap }: { label: string; icon: "skip" | "back_one"; isOff: boolean; onTap: () => void }) {
  return (
    <button type="button" className="button button--tonal button--square" aria-label={label} aria-disabled={isOff} onClick={onTap}>
      <Icon name={icon} size={22} />
    </button>
  );
}

/** A step by hand is spoken; what runs by itself would talk without end. */
function step(player: Player, replay: Replay, by: -1 | 1): void {
  const at = Math.min(replay.actions.length, Math.max(0, player.at + by));
  if (at === player.at) return;
  player.seek(at);
  say(`Move ${at}. ${moveText(replay, at)}`);
}

/** "← left, 8 points": what led to the board after so many moves. */
function moveText({ actions, scores }: Replay, at: number): string {
  const action = actions[at - 1];
  if (action === undefined) return "The first two tiles";
  const points = (scores[at] ?? 0) - (scores[at - 1] ?? 0);
  const end = at === actions.length ? " · the end" : "";
  return `${ARROWS[action]} ${ACTIONS[action]}${points > 0 ? ` · ${formatCount(points)} points` : ""}${end}`;
}

/** Space plays and pauses, the arrows step, Home and End jump; controls that have keys of their own keep them. */
function useKeys(player: Player, replay: Replay): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const isControl = (event.target as HTMLElement).closest("input, button, dialog") !== null;
      if (isControl || event.altKey || event.ctrlKey || event.metaKey) return;
      const actions: Record<string, () => void> = {
        " ": player.isPlaying ? player.pause : player.play,
        ArrowLeft: () => step(player, replay, -1),
        ArrowRight: () => step(player, replay, 1),
        Home: () => player.seek(0),
        End: () => player.seek(replay.actions.length),
      };
      const action = actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [player, replay]);
}
