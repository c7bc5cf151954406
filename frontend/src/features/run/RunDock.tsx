/** Pause or resume, stop, export. */
import type { RunAction } from "../../api/client";
import type { RunDetail } from "../../api/types";
import { useConnection } from "../../stores/connection";
import { control, isOver, useRun } from "../../stores/runStore";
import { toast } from "../../stores/toasts";
import { Icon, type IconName } from "../../ui/Icon";
import { Spinner } from "../../ui/parts";

interface Props {
  run: RunDetail;
  onExport: () => void;
  onTune: () => void;
}

export function RunDock({ run, onExport, onTune }: Props) {
  const canResume = run.state === "paused" || run.state === "interrupted";
  const over = isOver(run.state);
  return (
    <footer className="dock">
      <div className="dock__actions">
        {!over && (
          <>
            {canResume ? (
              <Control run={run} action="resume" icon="play" label="Resume" />
            ) : (
              <Control run={run} action="pause" icon="pause" label="Pause" />
            )}
            <Control run={run} action="stop" icon="stop" label="Stop" />
            <button type="button" className="button button--tonal button--square" aria-label="Change hyperparameters" onClick={onTune}>
              <Icon name="tune" size={20} />
            </button>
          </>
        )}
        <button type="button" className="button button--filled dock__main" data-testid="export" onClick={onExport}>
          <Icon name="download" size={20} />
          Export
        </button>
      </div>
    </footer>
  );
}

interface ControlProps {
  run: RunDetail;
  action: RunAction;
  icon: IconName;
  label: string;
}

function Control({ run, action, icon, label }: ControlProps) {
  const pending = useRun((state) => state.pending);
  const connection = useConnection((state) => state.connection);
  const allowed = run.allowed.includes(action);
  const isOffline = connection !== "online";
  const tap = (): void => {
    if (isOffline) toast("The server cannot be reached; the run goes on there.", "bad");
    else if (allowed && pending !== action) void control(action);
  };
  return (
    <button
      type="button"
      className="button button--tonal"
      data-testid={action}
      aria-disabled={isOffline || !allowed || pending === action}
      onClick={tap}
    >
      {pending === action ? <Spinner label={label} /> : <Icon name={icon} size={20} />}
      {label}
    </button>
  );
}
