/** Python with its words marked. Its own module, so that the highlighter is loaded with the first source that is shown. */
import python from "highlight.js/lib/languages/python";
import { createLowlight } from "lowlight";
import type { ElementContent, RootContent } from "hast";

export interface Piece {
  text: string;
  /** Of highlight.js, without its prefix: keyword, string, comment, title, ... */
  kind: string | null;
}

const lowlight = createLowlight({ python });

/** The source as pieces in order; their texts joined are the source. */
export function highlight(source: string): Piece[] {
  const pieces: Piece[] = [];
  const walk = (nodes: readonly (RootContent | ElementContent)[], kind: string | null): void => {
    for (const node of nodes) {
      if (node.type === "text") pieces.push({ text: node.value, kind });
      else if (node.type === "element") walk(node.children, kindOf(node.properties["className"]) ?? kind);
    }
  };
  walk(lowlight.highlight("python", source).children, null);
  return pieces;
}

function kindOf(names: unknown): string | null {
  const [first] = Array.isArray(names) ? (names as unknown[]) : [];
  return typeof first === "string" ? first.replace(/^hljs-/, "") : null;
}
