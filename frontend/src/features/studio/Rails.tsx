/** Lines in the gutter for connections that skip cards, each in its own lane. Decoration: the cards say it in words. */
import { type RefObject, useLayoutEffect, useState } from "react";
import type { Stack } from "../../domain/stack";
import { categoryOf } from "../../ui/parts";

const LANE_PX = 14;
const RADIUS_PX = 7;

interface Line {
  path: string;
  category: string;
}

export function Rails({ stack, list }: { stack: Stack; list: RefObject<HTMLOListElement | null> }) {
  const [lines, setLines] = useState<Line[]>([]);

  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const measure = (): void => setLines(linesOf(stack, element));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [stack, list]);

  if (stack.lanes === 0) return null;
  return (
    <svg className="rails" aria-hidden="true" width={stack.lanes * LANE_PX + 6}>
      {lines.map((line) => (
        <path key={line.path} d={line.path} data-category={line.category} />
      ))}
    </svg>
  );
}

function linesOf(stack: Stack, list: HTMLElement): Line[] {
  const cards = [...list.querySelectorAll<HTMLElement>("[data-component-id]")];
  const boxes = cards.map((card) => ({ top: card.offsetTop, bottom: card.offsetTop + card.offsetHeight }));
  const edge = stack.lanes * LANE_PX + 6;
  return stack.rails.flatMap(({ from, to, lane }) => {
    const [start, end] = [boxes[from], boxes[to]];
    if (!start || !end) return [];
    const x = edge - (lane + 1) * LANE_PX + 2;
    const y0 = start.bottom - 20 - lane * 4;
    const y1 = end.top + 20 + lane * 4;
    const path = [
      `M${edge} ${y0}`,
      `H${x + RADIUS_PX}`,
      `Q${x} ${y0} ${x} ${y0 + RADIUS_PX}`,
      `V${y1 - RADIUS_PX}`,
      `Q${x} ${y1} ${x + RADIUS_PX} ${y1}`,
      `H${edge}`,
    ].join(" ");
    return [{ path, category: categoryOf(stack.rows[from]?.block) }];
  });
}
