/** Lets a thumb pull a sheet down by its header; a second finger or a cancelled touch puts it back. */
import { type PointerEvent, type RefObject, useRef } from "react";

const CLOSE_AFTER_PX = 90;
const STARTS_AFTER_PX = 8;

interface DragHandlers {
  onPointerDown: (event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerUp: (event: PointerEvent) => void;
  onPointerCancel: () => void;
}

export function useDragToClose(sheet: RefObject<HTMLElement | null>, close: () => void): DragHandlers {
  const start = useRef<{ pointer: number; y: number } | null>(null);

  const pull = (distance: number): void => {
    sheet.current?.style.setProperty("--pull", `${Math.max(0, distance)}px`);
  };
  const reset = (): void => {
    start.current = null;
    pull(0);
  };

  return {
    onPointerDown: (event) => {
      const isButton = (event.target as HTMLElement).closest("button, input") !== null;
      if (start.current || isButton) reset();
      else start.current = { pointer: event.pointerId, y: event.clientY };
    },
    onPointerMove: (event) => {
      if (start.current?.pointer !== event.pointerId) return;
      const distance = event.clientY - start.current.y;
      if (distance > STARTS_AFTER_PX) pull(distance - STARTS_AFTER_PX);
    },
    onPointerUp: (event) => {
      if (start.current?.pointer !== event.pointerId) return;
      const distance = event.clientY - start.current.y;
      start.current = null;
      if (distance > CLOSE_AFTER_PX) close();
      else pull(0);
    },
    onPointerCancel: reset,
  };
}
