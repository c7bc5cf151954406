/** Python, highlighted as soon as the highlighter is there; it scrolls sideways on its own. */
import { useEffect, useState } from "react";
import type { Piece } from "./highlight";

export function SourceCode({ source }: { source: string }) {
  const [pieces, setPieces] = useState<Piece[]>([]);
  useEffect(() => {
    let isStale = false;
    void import("./highlight").then(({ highlight }) => {
      if (!isStale) setPieces(highlight(source));
    });
    return () => {
      isStale = true;
    };
  }, [source]);
  return (
    <pre className="source" tabIndex={0} role="region" aria-label="Python source" data-testid="source">
      <code>{pieces.length === 0 ? source : pieces.map(({ text, kind }, at) => (kind === null ? text : <span key={at} data-code={kind}>{text}</span>))}</code>
    </pre>
  );
}
