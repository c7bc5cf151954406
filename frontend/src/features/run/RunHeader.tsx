/** The design's name, the run's state, and whether the numbers are live. */
import type { ReactNode } from "react";
import type { LinkState } from "../../api/events";
import type { RunDetail } from "../../api/types";
import { useConnection } from "../../stores/connection";
import { isOver, useRun } from "../../stores/runStore";
import { go, goBack } from "../../stores/route";
import { Icon } from "../../ui/Icon";
import { useScreen } from "../../ui/useScreen";
import { OfflineBadge } from "../OfflineBadge";
import { RunLabels } from "../RunLabels";

const LINK_TEXT: Record<LinkState, string> = {
  connecting: "Connecting…",
  live: "Live",
  lost: "Reconnecting…",
  ended: "",
};

export function RunHeader({ run, pill }: { run: RunDetail; pill: ReactNode }) {
  const link = useRun((state) => state.link);
  const connection = useConnection((state) => state.connection);
  const heading = useScreen(run.design_name);
  const over = isOver(run.state);
  return (
    <header className="bar">
      <button type="button" className="icon-button" aria-label="Back" onClick={() => goBack({ screen: "runs" })}>
        <Icon name="back" />
      </button>
      <div className="bar__titles">
        <h1 className="bar__title" ref={heading} tabIndex={-1}>
          {run.design_name}
        </h1>
        <p className="bar__caption bar__caption--wraps">
          {connection === "online" && !over && LINK_TEXT[link] !== "" && (
            <span className="link" data-testid="link-state" data-link={link} role="status">
              {LINK_TEXT[link]}
            </span>
          )}
          {over && <span>revision {run.design_revision}</span>}
          <RunLabels run={run} />
        </p>
      </div>
      <OfflineBadge isCompact />
      {pill}
      <button type="button" className="icon-button" aria-label="Open the design" onClick={() => go({ screen: "studio", designId: run.design_id })}>
        <Icon name="pencil" />
      </button>
    </header>
  );
}
