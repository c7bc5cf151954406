/** A board of 2048 whose tiles slide, merge and appear. */
import type { Board } from "../../domain/game2048";
import { boardText, type Tile } from "../../domain/tiles";

interface Props {
  board: Board;
  tiles: readonly Tile[];
  /** Time between two moves; what moves is done before the next one. */
  moveMs: number;
}

const LONGEST_SLIDE_MS = 110;
/** Faster than this the eye sees no slide. */
const SHORTEST_SLIDE_MS = 30;

export function PlayBoard({ board, tiles, moveMs }: Props) {
  const slideMs = Math.min(LONGEST_SLIDE_MS, moveMs / 2);
  return (
    <div
      className="play-board"
      data-testid="play-board"
      data-board={board.join(",")}
      data-slides={slideMs >= SHORTEST_SLIDE_MS}
      role="img"
      aria-label={boardText(board)}
      style={{ "--slide": `${slideMs}ms` } as React.CSSProperties}
    >
      {board.map((_, cell) => (
        <span key={cell} className="play-board__cell" style={placeOf(cell)} />
      ))}
      {tiles.map(({ id, exponent, cell, kind }) => (
        <span key={id} className="play-board__cell play-board__place" data-kind={kind} style={placeOf(cell)}>
          <span className="tile play-board__tile" data-tile={Math.min(2 ** exponent, 4096)} data-digits={String(2 ** exponent).length}>
            {2 ** exponent}
          </span>
        </span>
      ))}
    </div>
  );
}

function placeOf(cell: number): React.CSSProperties {
  return { transform: `translate(${(cell % 4) * 100}%, ${Math.floor(cell / 4) * 100}%)` };
}
