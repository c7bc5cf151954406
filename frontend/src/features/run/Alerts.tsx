/** What the run wants to be known, newest first, and what can be done about it. */
import { useState } from "react";
import type { AlertEvent } from "../../api/types";
import { formatShort } from "../../domain/format";
import { alertActions, type AlertAction } from "../../domain/runLabels";
import { Icon, type IconName } from "../../ui/Icon";

const FIRST = 2;

const ACTIONS: Record<AlertAction, { label: string; icon: IconName }> = {
  tune: { label: "Tune", icon: "tune" },
  checkpoints: { label: "Go back to a checkpoint", icon: "history" },
};

interface Props {
  alerts: AlertEvent[];
  isOver: boolean;
  onAct: (action: AlertAction) => void;
}

export function Alerts({ alerts, isOver, onAct }: Props) {
  const [showsAll, setShowsAll] = useState(false);
  if (alerts.length === 0) return null;
  return (
    <section aria-label="Alerts" className="alerts" aria-live="polite">
      <ul className="issues">
        {(showsAll ? alerts : alerts.slice(0, FIRST)).map((alert) => (
          <AlertItem key={alert.seq} alert={alert} isOver={isOver} onAct={onAct} />
        ))}
      </ul>
      {alerts.length > FIRST && (
        <button type="button" className="banner__more" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? "Fewer" : `All ${alerts.length} alerts`}
        </button>
      )}
    </section>
  );
}

function AlertItem({ alert, isOver, onAct }: Omit<Props, "alerts"> & { alert: AlertEvent }) {
  const actions = alertActions(alert.code, isOver);
  const isError = alert.severity === "error" || alert.severity === "critical";
  return (
    <li className="issue" data-severity={isError ? "error" : alert.severity} data-code={alert.code}>
      <p className="issue__text">
        <Icon name="bell" size={18} />
        <span>
          {alert.message}
          {alert.step !== null && <span className="issue__aside"> · step {formatShort(alert.step)}</span>}
        </span>
      </p>
      {actions.length > 0 && (
        <div className="issue__actions">
          {actions.map((action) => (
            <button key={action} type="button" className="button button--small issue__action" onClick={() => onAct(action)}>
              <Icon name={ACTIONS[action].icon} size={18} />
              {ACTIONS[action].label}
            </button>
          ))}
        </div>
      )}
    </li>
  );
}
