/** The graph of the design: a canvas for fingers, buttons for every gesture, and the same blocks as a list for readers. */
import { useEffect, useRef } from "react";
import { GraphView } from "../../canvas/graphView";
import type { Place } from "../../domain/edit";
import type { Stack } from "../../domain/stack";
import type { ModelArchitecture } from "../../domain/types";
import { useCanvas } from "../../stores/canvas";
import { Icon } from "../../ui/Icon";
import { BlockMenuSheet } from "./BlockMenuSheet";
import { EdgeSheet } from "./EdgeSheet";
import { GraphBar } from "./GraphBar";
import { GraphTools } from "./GraphTools";
import { Mirror } from "./Mirror";

interface Props {
  design: ModelArchitecture;
  stack: Stack;
  onInsert: (place: Place) => void;
}

export default function GraphFace({ design, stack, onInsert }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<GraphView>(null);
  const asked = useCanvas((state) => state.asked);

  useEffect(() => {
    if (!host.current) return;
    const made = new GraphView(host.current);
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => view.current?.show(design, stack), [design, stack]);

  const row = asked?.kind === "block" ? stack.rows.find(({ component }) => component.id === asked.id) : undefined;
  return (
    <div className="graph">
      <div
        ref={host}
        className="canvas"
        data-testid="canvas"
        role="application"
        aria-roledescription="graph editor"
        aria-label={`Graph of ${stack.rows.length} blocks`}
        aria-describedby="canvas-help"
        tabIndex={0}
      />
      <p id="canvas-help" className="visually-hidden">
        Tab reaches the blocks as a list. Arrow keys move what is selected, or the view; plus, minus and 0 zoom; Enter opens,
        Delete removes, Escape ends.
      </p>
      <Mirror design={design} stack={stack} view={view} />
      {stack.rows.length === 0 && <EmptyGraph onInsert={onInsert} />}
      <div className="graph__floor">
        <GraphTools view={view} design={design} />
        <GraphBar stack={stack} onInsert={onInsert} />
      </div>
      {row && <BlockMenuSheet row={row} stack={stack} design={design} onInsert={onInsert} />}
      {asked?.kind === "edge" && <EdgeSheet edge={asked.edge} stack={stack} design={design} onInsert={onInsert} />}
    </div>
  );
}

function EmptyGraph({ onInsert }: { onInsert: (place: Place) => void }) {
  return (
    <div className="graph__empty">
      <p>An empty design. It starts with the board.</p>
      <button type="button" className="button button--filled" onClick={() => onInsert({ kind: "loose" })}>
        <Icon name="add" size={20} />
        Add the board
      </button>
    </div>
  );
}
