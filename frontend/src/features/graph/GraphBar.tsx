/** What can be done now, within reach of the thumb: with the selected blocks, or with a connection under way. */
import type { Place } from "../../domain/edit";
import type { Stack } from "../../domain/stack";
import { askAbout, selectBlocks, setSelecting, startConnecting, stopConnecting, useCanvas } from "../../stores/canvas";
import { copyComponents } from "../../stores/clipboard";
import { useDesignStore } from "../../stores/designStore";
import { Icon, type IconName } from "../../ui/Icon";
import { duplicateBlocks, removeBlocks } from "./actions";

interface Props {
  stack: Stack;
  onInsert: (place: Place) => void;
}

export function GraphBar({ stack, onInsert }: Props) {
  const { selection, connecting, isSelecting } = useCanvas();
  const rowOf = (id: string | undefined) => stack.rows.find(({ component }) => component.id === id);
  if (connecting) {
    const label = rowOf(connecting.id)?.label ?? connecting.id;
    return (
      <div className="graph-bar graph-bar--hint" role="status" data-testid="connect-hint">
        <p className="graph-bar__text">
          <strong>{connecting.side === "out" ? `${label} to …` : `… to ${label}`}</strong>
          <span>Tap a lit block. The rest does not fit.</span>
        </p>
        <button type="button" className="button button--small" onClick={stopConnecting}>
          Cancel
        </button>
      </div>
    );
  }
  if (isSelecting || selection.length > 1) return <ManyBar count={selection.length} selection={selection} />;
  const row = rowOf(selection[0]);
  if (!row) return null;
  const { id } = row.component;
  const side = row.block?.isHead ? "in" : "out";
  return (
    <div className="graph-bar" role="toolbar" aria-label={row.label} data-testid="selection-bar">
      <Action icon="pencil" label="Edit" onClick={() => useDesignStore.getState().select(id)} />
      <Action icon="connect" label="Connect" onClick={() => startConnecting(id, side)} />
      {!row.block?.isHead && <Action icon="add" label="Insert" onClick={() => onInsert(insertPlace(stack, id))} />}
      <Action icon="trash" label="Delete" isBad onClick={() => removeBlocks([id])} />
      <Action icon="more" label="More" onClick={() => askAbout({ kind: "block", id })} />
    </div>
  );
}

/** Onto the only connection that leaves the block, else as a branch behind it. */
export function insertPlace(stack: Stack, id: string): Place {
  const readers = stack.rows.filter((row) => row.sources.some((source) => source.id === id));
  const [only] = readers;
  if (only && readers.every((row) => row.block?.isHead)) {
    return { kind: "edge", from: id, to: only.component.id, withHeads: true };
  }
  return only && readers.length === 1 ? { kind: "edge", from: id, to: only.component.id, withHeads: false } : { kind: "after", from: id };
}

function ManyBar({ count, selection }: { count: number; selection: readonly string[] }) {
  return (
    <div className="graph-bar" role="toolbar" aria-label="Selected blocks" data-testid="selection-bar">
      <p className="graph-bar__count" role="status">
        {count === 0 ? "Tap blocks, or draw a frame around them" : count === 1 ? "1 block" : `${count} blocks`}
      </p>
      {count > 0 && <Action icon="copy" label="Duplicate" onClick={() => duplicateBlocks(selection)} />}
      {count > 0 && <Action icon="paste" label="Copy" onClick={() => copyComponents(selection)} />}
      {count > 0 && <Action icon="trash" label="Delete" isBad onClick={() => removeBlocks(selection)} />}
      <Action
        icon={count > 0 ? "close" : "check"}
        label={count > 0 ? "Clear" : "Done"}
        onClick={() => {
          selectBlocks([]);
          setSelecting(false);
        }}
      />
    </div>
  );
}

function Action({ icon, label, isBad = false, onClick }: { icon: IconName; label: string; isBad?: boolean; onClick: () => void }) {
  return (
    <button type="button" className={`action${isBad ? " action--bad" : ""}`} onClick={onClick}>
      <Icon name={icon} size={22} />
      {label}
    </button>
  );
}
