/** One connection: what flows along it, how much that is, what could stand on it, and its end. */
import { useEffect, useState } from "react";
import { limits, catalogue } from "../../domain/catalogue";
import { disconnect, insertBlock, type Place } from "../../domain/edit";
import { type Fit, fitsAt } from "../../domain/fit";
import { formatBytes, formatShape, formatShort } from "../../domain/format";
import { bytesPerBoard, type Shape, shapeText } from "../../domain/shapes";
import type { Stack } from "../../domain/stack";
import type { Edge, ModelArchitecture } from "../../domain/types";
import { askAbout, selectBlocks } from "../../stores/canvas";
import { useDesignStore } from "../../stores/designStore";
import { toast } from "../../stores/toasts";
import { undo } from "../../stores/undo";
import { Icon } from "../../ui/Icon";
import { BlockTile } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";

interface Props {
  edge: Edge;
  stack: Stack;
  design: ModelArchitecture;
  onInsert: (place: Place) => void;
}

export function EdgeSheet({ edge: [from, to], stack, design, onInsert }: Props) {
  const edit = useDesignStore((state) => state.edit);
  const rowOf = (id: string) => stack.rows.find(({ component }) => component.id === id);
  const [source, target] = [rowOf(from), rowOf(to)];
  const fits = useFits(design, from, to);
  const close = (): void => askAbout(null);
  const shape = source?.shape ?? null;

  const insert = (type: string): void => {
    close();
    const id = edit((draft) => insertBlock(draft, type, { kind: "edge", from, to, withHeads: false }));
    if (id) selectBlocks([id]);
  };
  const showAll = (): void => {
    close();
    onInsert({ kind: "edge", from, to, withHeads: false });
  };
  const remove = (): void => {
    close();
    edit((draft) => disconnect(draft, from, to));
    toast("Connection removed", "info", { label: "Undo", run: undo });
  };
  return (
    <Sheet
      title={`${source?.label ?? from} → ${target?.label ?? to}`}
      subtitle={shape ? inWords(shape) : "What flows here is not known yet."}
      testId="edge-sheet"
      onClose={close}
      footer={
        <button type="button" className="button button--tonal button--wide button--bad" onClick={remove}>
          <Icon name="unlink" size={20} />
          Remove the connection
        </button>
      }
    >
      {shape && <Flow shape={shape} />}
      <h3 className="palette__heading">Insert here</h3>
      {fits === null && <p className="sheet__note">Looking for what fits…</p>}
      {fits?.length === 0 && <p className="sheet__note">No block fits between these two.</p>}
      <ul className="palette__list">
        {fits?.map((fit) => (
          <li key={fit.type}>
            <InsertItem fit={fit} onClick={() => insert(fit.type)} />
          </li>
        ))}
      </ul>
      <button type="button" className="row-button row-button--plain" onClick={showAll}>
        <Icon name="designs" />
        <span>All blocks, with reasons</span>
        <Icon name="chevron" size={20} />
      </button>
    </Sheet>
  );
}

/** Trying every block takes a moment on a large design: the sheet comes first. */
function useFits(design: ModelArchitecture, from: string, to: string): Fit[] | null {
  const [fits, setFits] = useState<Fit[] | null>(null);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      setFits(fitsAt(design, { kind: "edge", from, to, withHeads: false }).filter((fit) => fit.fits));
    }, 0);
    return () => window.clearTimeout(timer);
  }, [design, from, to]);
  return fits;
}

function Flow({ shape }: { shape: Shape }) {
  const perBoard = bytesPerBoard(shape);
  const boards = limits.memory.boards_per_minibatch;
  return (
    <dl className="facts facts--grid">
      <div>
        <dt>Shape</dt>
        <dd>{shapeText(shape)}</dd>
      </div>
      <div>
        <dt>Per board</dt>
        <dd>{formatBytes(perBoard)}</dd>
      </div>
      <div>
        <dt>Per {boards} boards</dt>
        <dd>{formatBytes(perBoard * boards)}</dd>
      </div>
    </dl>
  );
}

function inWords({ kind, tokens, width }: Shape): string {
  if (kind === "board") return `The tiles of ${tokens} cells, one whole number each.`;
  return kind === "vector" ? `One vector of ${width} numbers per board.` : `For each of ${tokens} cells, ${width} numbers.`;
}

function InsertItem({ fit, onClick }: { fit: Fit; onClick: () => void }) {
  const block = catalogue.get(fit.type);
  return (
    <button type="button" className="palette__item" data-block-type={fit.type} onClick={onClick}>
      <BlockTile type={fit.type} category={block?.category ?? null} small />
      <span className="palette__text">
        <span className="palette__title">{block?.title ?? fit.type}</span>
        <span className="palette__chips">
          {fit.shape && <span className="plain-chip">gives {formatShape(fit.shape)}</span>}
          {fit.params > 0 && <span className="plain-chip">+{formatShort(fit.params)}</span>}
        </span>
      </span>
    </button>
  );
}
