/** Name, how far it is saved, the design's runs and menu. */
import type { ModelArchitecture } from "../../domain/types";
import { type SaveState, useDesignStore } from "../../stores/designStore";
import { isLive, useLibrary } from "../../stores/library";
import { goBack } from "../../stores/route";
import { Icon } from "../../ui/Icon";
import { useScreen } from "../../ui/useScreen";
import { OfflineBadge } from "../OfflineBadge";

const SAVE_TEXT: Record<SaveState, string> = {
  saved: "Saved",
  dirty: "Saving…",
  saving: "Saving…",
  waiting: "Kept on this phone",
  conflict: "Changed elsewhere",
  refused: "Not saved: see the problems",
  gone: "Deleted elsewhere",
};

interface Props {
  design: ModelArchitecture;
  onMenu: () => void;
  onRuns: () => void;
}

export function StudioHeader({ design, onMenu, onRuns }: Props) {
  const saveState = useDesignStore((state) => state.saveState);
  const heading = useScreen(design.name);
  const hasLive = useLibrary((state) => state.runs?.some((run) => run.design_id === design.id && isLive(run)) ?? false);

  return (
    <header className="bar">
      <button type="button" className="icon-button" aria-label="Back to designs" onClick={() => goBack({ screen: "designs" })}>
        <Icon name="back" />
      </button>
      <div className="bar__titles">
        <h1 className="bar__title" ref={heading} tabIndex={-1}>
          <button type="button" className="bar__name" onClick={onMenu} aria-label={`${design.name}: rename and more`}>
            {design.name}
          </button>
        </h1>
        <p className="bar__caption" data-testid="save-state" data-state={saveState} role="status">
          <span>{SAVE_TEXT[saveState]}</span>
        </p>
      </div>
      <OfflineBadge isCompact />
      <button type="button" className="icon-button icon-button--dotted" aria-label="Runs of this design" onClick={onRuns}>
        <Icon name="runs" />
        {hasLive && <span className="live-dot" aria-hidden="true" />}
      </button>
      <button type="button" className="icon-button" aria-label="More" onClick={onMenu}>
        <Icon name="more" />
      </button>
    </header>
  );
}
