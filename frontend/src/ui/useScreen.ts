/** Names the page after the screen, and gives a new screen's heading the focus, as a page load would. */
import { type RefObject, useEffect, useRef } from "react";

let shown = 0;

/** Put the ref on the screen's `h1`, with `tabIndex={-1}`. */
export function useScreen(title: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title === "Model Studio" ? title : `${title} · Model Studio`;
  }, [title]);
  useEffect(() => {
    shown += 1;
    if (shown > 1 && !document.querySelector("dialog[open]")) heading.current?.focus({ preventScroll: true });
  }, []);
  return heading;
}
