/** The blocks of the graph as a list for assistive technology and the keyboard: off the screen, but in the tab order. */
import { memo, type RefObject } from "react";
import type { GraphView } from "../../canvas/graphView";
import { formatCount, formatShape } from "../../domain/format";
import { positionsOf } from "../../domain/layout";
import type { Stack, StackRow } from "../../domain/stack";
import type { ModelArchitecture } from "../../domain/types";
import { selectBlocks, useCanvas } from "../../stores/canvas";
import { useDesignStore } from "../../stores/designStore";

interface Props {
  design: ModelArchitecture;
  stack: Stack;
  view: RefObject<GraphView | null>;
}

export const Mirror = memo(function Mirror({ design, stack, view }: Props) {
  const selection = useCanvas((state) => state.selection);
  const places = positionsOf(design);
  const labels = new Map(stack.rows.map((row) => [row.component.id, row.label]));
  const feeds = new Map<string, string[]>();
  for (const [from, to] of design.edges) {
    const list = feeds.get(from) ?? [];
    list.push(labels.get(to) ?? to);
    feeds.set(from, list);
  }
  return (
    <ol className="visually-hidden" aria-label="Blocks in forward order" data-testid="canvas-mirror">
      {stack.rows.map((row) => (
        <Item
          key={row.component.id}
          id={row.component.id}
          type={row.component.type}
          name={nameOf(row, feeds.get(row.component.id) ?? [])}
          isSelected={selection.includes(row.component.id)}
          x={places.get(row.component.id)?.x}
          y={places.get(row.component.id)?.y}
          view={view}
        />
      ))}
    </ol>
  );
});

interface ItemProps {
  id: string;
  type: string;
  name: string;
  isSelected: boolean;
  /** Where the block stands on the plane of the graph. */
  x: number | undefined;
  y: number | undefined;
  view: RefObject<GraphView | null>;
}

const Item = memo(function Item({ id, type, name, isSelected, x, y, view }: ItemProps) {
  return (
    <li>
      <button
        type="button"
        className="mirror__item"
        data-component-id={id}
        data-block-type={type}
        data-x={x}
        data-y={y}
        aria-label={isSelected ? `${name}, selected` : name}
        onFocus={() => {
          useCanvas.setState({ focusedId: id });
          view.current?.reveal(id);
        }}
        onBlur={() => useCanvas.setState({ focusedId: null })}
        onClick={() => {
          selectBlocks([id]);
          useDesignStore.getState().select(id);
        }}
      />
    </li>
  );
});

/** Title, shape, connections and errors in one sentence. */
function nameOf({ label, shape, sources, params, issues }: StackRow, feeds: readonly string[]): string {
  const errors = issues.filter(({ severity }) => severity === "error");
  const parts = [
    label,
    shape ? `gives ${formatShape(shape)}` : "",
    sources.length > 0 ? `reads ${sources.map((source) => source.label).join(" and ")}` : "",
    feeds.length > 0 ? `feeds ${feeds.join(" and ")}` : "",
    params > 0 ? `${formatCount(params)} parameters` : "",
    errors.length > 0 ? `${errors.length === 1 ? "1 problem" : `${errors.length} problems`}: ${errors[0]?.message ?? ""}` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}
