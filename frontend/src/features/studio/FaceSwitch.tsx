/** The two faces of one design: cards in forward order, or the graph. */
import { type Face, showFace, useCanvas } from "../../stores/canvas";
import { Icon, type IconName } from "../../ui/Icon";

const FACES: { face: Face; label: string; icon: IconName }[] = [
  { face: "stack", label: "Stack", icon: "cards" },
  { face: "graph", label: "Graph", icon: "graph" },
];

export function FaceSwitch() {
  const shown = useCanvas((state) => state.face);
  return (
    <div className="faces" role="group" aria-label="View">
      {FACES.map(({ face, label, icon }) => (
        <button
          key={face}
          type="button"
          className="faces__one"
          data-testid={`face-${face}`}
          aria-pressed={face === shown}
          onClick={() => showFace(face)}
        >
          <Icon name={icon} size={20} />
          <span>{label}</span>
        </button>
      ))}
    </div>
  );
}
