/** The open design for what may follow a finger a moment later: the cards, the graph, the banner. */
import { startTransition, useEffect, useState } from "react";
import type { ModelArchitecture } from "../../domain/types";
import type { Analysis } from "../../domain/validate";
import { useDesignStore } from "../../stores/designStore";

interface OpenDesign {
  design: ModelArchitecture | null;
  analysis: Analysis | null;
}

function openDesign(): OpenDesign {
  const { currentDesign: design, analysis } = useDesignStore.getState();
  return { design, analysis };
}

/**
 * The design and its analysis, rendered as a transition: hundreds of blocks are drawn in slices between frames, and the
 * finger that changed one of them is not kept waiting. What reads a value back to step it on reads the store itself.
 */
export function useOpenDesign(): OpenDesign {
  const [open, setOpen] = useState(openDesign);
  useEffect(() => {
    const read = (): void => {
      const now = openDesign();
      startTransition(() => setOpen((last) => (last.design === now.design && last.analysis === now.analysis ? last : now)));
    };
    read();
    return useDesignStore.subscribe((state, before) => {
      if (state.currentDesign !== before.currentDesign || state.analysis !== before.analysis) read();
    });
  }, []);
  return open;
}

/** The design as it is at this moment, for fields that step a value on: two quick taps are two steps. */
export function useDesignNow(shown: ModelArchitecture): ModelArchitecture {
  const now = useDesignStore((state) => state.currentDesign);
  return now?.id === shown.id ? now : shown;
}
