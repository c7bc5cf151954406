/** Buttons for what two fingers, a lasso and a tidy hand would do. */
import type { RefObject } from "react";
import type { GraphView } from "../../canvas/graphView";
import { tidyUp } from "../../domain/place";
import type { ModelArchitecture } from "../../domain/types";
import { setSelecting, useCanvas } from "../../stores/canvas";
import { useDesignStore } from "../../stores/designStore";
import { toast } from "../../stores/toasts";
import { undo } from "../../stores/undo";
import { Icon, type IconName } from "../../ui/Icon";

const STEP = 1.4;

interface Props {
  view: RefObject<GraphView | null>;
  design: ModelArchitecture;
}

export function GraphTools({ view, design }: Props) {
  const isSelecting = useCanvas((state) => state.isSelecting);
  const edit = useDesignStore((state) => state.edit);
  const hasPlaces = design.components.some(({ props }) => "x" in props || "y" in props);

  const tidy = (): void => {
    if (hasPlaces) {
      edit(tidyUp);
      toast("Blocks put in order", "info", { label: "Undo", run: undo });
    } else {
      toast("The blocks are in order.");
    }
    view.current?.fit();
  };
  return (
    <div className="tools" role="toolbar" aria-label="View of the graph">
      <Tool icon="add" label="Zoom in" onClick={() => view.current?.zoomBy(STEP)} />
      <Tool icon="minus" label="Zoom out" onClick={() => view.current?.zoomBy(1 / STEP)} />
      <Tool icon="fit" label="Show all" onClick={() => view.current?.fit()} />
      <Tool icon="tidy" label="Tidy up" onClick={tidy} />
      <Tool icon="lasso" label="Select several" isPressed={isSelecting} onClick={() => setSelecting(!isSelecting)} />
    </div>
  );
}

function Tool({ icon, label, isPressed, onClick }: { icon: IconName; label: string; isPressed?: boolean; onClick: () => void }) {
  return (
    <button type="button" className="tools__one" aria-label={label} title={label} aria-pressed={isPressed} onClick={onClick}>
      <Icon name={icon} size={22} />
    </button>
  );
}
