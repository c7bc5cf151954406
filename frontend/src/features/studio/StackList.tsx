/** The cards in forward order; what assistive technology reads as the design. */
import { type CSSProperties, useRef } from "react";
import { formatPercent, formatShort } from "../../domain/format";
import type { Place } from "../../domain/edit";
import { outputText, type Stack, type StackRow } from "../../domain/stack";
import { Icon } from "../../ui/Icon";
import { BlockTile, categoryOf, Empty } from "../../ui/parts";
import { Rails } from "./Rails";

interface Props {
  stack: Stack;
  onOpen: (id: string) => void;
  onInsert: (place: Place) => void;
}

export function StackList({ stack, onOpen, onInsert }: Props) {
  const list = useRef<HTMLOListElement>(null);
  if (stack.rows.length === 0) {
    return (
      <Empty
        icon="designs"
        title="An empty design"
        action={
          <button type="button" className="button button--filled" onClick={() => onInsert({ kind: "loose" })}>
            <Icon name="add" size={20} />
            Add the board
          </button>
        }
      >
        Start with the board, turn its cells into vectors with an embedding, and end with an action output.
      </Empty>
    );
  }
  const last = stack.rows.at(-1);
  return (
    <div className="stack" style={{ "--lanes": stack.lanes } as CSSProperties}>
      <Rails stack={stack} list={list} />
      <ol className="stack__list" ref={list} aria-label="Blocks in forward order">
        {stack.rows.map((row, at) => (
          <li key={row.component.id} className="stack__item">
            {at > 0 && <Connector row={row} onInsert={onInsert} />}
            <Card row={row} onOpen={onOpen} />
          </li>
        ))}
      </ol>
      {last && last.block && !last.block.isHead && (
        <div className="connector">
          <span className="connector__line" />
          <InsertButton place={{ kind: "after", from: last.component.id }} label={`after ${last.label}`} onInsert={onInsert} />
        </div>
      )}
    </div>
  );
}

function Connector({ row, onInsert }: { row: StackRow; onInsert: (place: Place) => void }) {
  return (
    <div className={`connector${row.follows ? "" : " connector--gap"}`}>
      {row.follows && <span className="connector__line" />}
      {row.place && <InsertButton place={row.place} label={`before ${row.label}`} onInsert={onInsert} />}
    </div>
  );
}

function InsertButton({ place, label, onInsert }: { place: Place; label: string; onInsert: (place: Place) => void }) {
  return (
    <button type="button" className="insert" data-testid="insert-block" aria-label={`Insert a block ${label}`} onClick={() => onInsert(place)}>
      <span className="insert__dot">
        <Icon name="add" size={16} />
      </span>
    </button>
  );
}

function Card({ row, onOpen }: { row: StackRow; onOpen: (id: string) => void }) {
  const { component, block, issues } = row;
  const errors = issues.filter((issue) => issue.severity === "error");
  const [worst] = [...errors, ...issues.filter((issue) => issue.severity === "warning")];
  const category = categoryOf(block);
  return (
    <button
      type="button"
      className="card"
      data-testid="block-card"
      data-component-id={component.id}
      data-block-type={component.type}
      data-category={category}
      data-tone={worst?.severity}
      onClick={() => onOpen(component.id)}
    >
      <BlockTile type={component.type} category={category} />
      <span className="card__text">
        <span className="card__title">{row.label}</span>
        {branchText(row) && <span className="card__branch">{branchText(row)}</span>}
        {row.summary && <span className="card__summary">{row.summary}</span>}
      </span>
      <span className="card__numbers">
        {outputText(row) && <span className="card__shape">{outputText(row)}</span>}
        {row.params > 0 && (
          <span className="card__params">
            {formatShort(row.params)}
            <span className="visually-hidden"> parameters, {formatPercent(row.share)} of all</span>
          </span>
        )}
      </span>
      {worst && (
        <span className="card__problem">
          <Icon name={worst.severity === "error" ? "error" : "warning"} size={16} />
          <span>{worst.message}</span>
        </span>
      )}
      {row.params > 0 && (
        <span className="card__share" aria-hidden="true">
          <span style={{ width: `${Math.max(1.5, row.share * 100)}%` }} />
        </span>
      )}
    </button>
  );
}

/** Where a card reads from, unless that is plainly the card above. */
function branchText({ sources, follows, block }: StackRow): string | null {
  const names = sources.map((source) => source.label).join(", ");
  if (sources.length > 1) return `${block?.type === "add" ? "adds" : "reads"}: ${names}`;
  if (sources.length === 1) return follows ? null : `from: ${names}`;
  return block && block.maxInputs > 0 ? "no input yet" : null;
}
