/** Little pictures of the designs that this phone has a copy of. */
import { useEffect, useState } from "react";
import type { DesignMeta } from "../../api/types";
import type { CategoryId } from "../../domain/catalogue";
import { buildStack } from "../../domain/stack";
import type { ModelArchitecture } from "../../domain/types";
import { analyse } from "../../domain/validate";
import { kept } from "../../stores/db";
import { categoryOf } from "../../ui/parts";

export interface Bar {
  category: CategoryId;
  weight: number;
}

export interface Miniature {
  bars: Bar[];
  isDirty: boolean;
}

/** One bar per block in forward order. */
export function barsOf(design: ModelArchitecture): Bar[] {
  const { rows } = buildStack(design, analyse(design));
  return rows.map((row) => ({ category: categoryOf(row.block), weight: row.share }));
}

export function useMiniatures(designs: DesignMeta[] | null): Map<string, Miniature> {
  const [miniatures, setMiniatures] = useState(new Map<string, Miniature>());
  useEffect(() => {
    let isStale = false;
    void kept.all().then((all) => {
      if (isStale) return;
      setMiniatures(new Map(all.map((one) => [one.id, { bars: barsOf(one.design), isDirty: one.dirty }])));
    });
    return () => {
      isStale = true;
    };
  }, [designs]);
  return miniatures;
}
