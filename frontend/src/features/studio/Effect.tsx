/** What the edits of an open sheet did to the design's numbers, while a stepper moves. */
import { useState } from "react";
import { formatCount, formatFlops, formatShort } from "../../domain/format";
import type { DesignNumbers } from "../../domain/types";
import { useDesignStore } from "../../stores/designStore";

export function Effect() {
  const numbers = useDesignStore((state) => state.validation?.numbers ?? null);
  const paramCount = useDesignStore((state) => state.paramCount);
  const first = useFirst(numbers);
  if (!numbers || !first) return null;
  return (
    <p className="effect" data-testid="effect" aria-live="polite">
      <span className="effect__one">
        <strong>{formatCount(paramCount)}</strong> parameters
        <Delta by={numbers.param_count - first.param_count} text={formatCount} />
      </span>
      <span className="effect__one">
        <strong>{formatCount(numbers.training_memory_mb)} MB</strong>
        <Delta by={numbers.training_memory_mb - first.training_memory_mb} text={(by) => `${formatCount(by)} MB`} />
      </span>
      <span className="effect__one">
        <strong>{formatFlops(numbers.flops_per_board)}</strong>
        <Delta by={numbers.flops_per_board - first.flops_per_board} text={formatShort} />
      </span>
    </p>
  );
}

/** The first numbers that were there: those from before the sheet changed anything. */
function useFirst(numbers: DesignNumbers | null): DesignNumbers | null {
  const [first, setFirst] = useState(numbers);
  if (first === null && numbers !== null) setFirst(numbers);
  return first;
}

function Delta({ by, text }: { by: number; text: (size: number) => string }) {
  if (by === 0) return null;
  return (
    <span className="effect__delta" data-sign={Math.sign(by)}>
      {by > 0 ? "+" : "−"}
      {text(Math.abs(by))}
    </span>
  );
}
