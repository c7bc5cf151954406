/** What the run wants to be known, newest first. */
import { useState } from "react";
import type { AlertEvent } from "../../api/types";
import { formatShort } from "../../domain/format";
import { Icon } from "../../ui/Icon";

const FIRST = 2;

export function Alerts({ alerts }: { alerts: AlertEvent[] }) {
  const [showsAll, setShowsAll] = useState(false);
  if (alerts.length === 0) return null;
  return (
    <section aria-label="Alerts" className="alerts" aria-live="polite">
      <ul className="issues">
        {(showsAll ? alerts : alerts.slice(0, FIRST)).map((alert) => (
          <li key={alert.seq} className="issue" data-severity={alert.severity === "error" || alert.severity === "critical" ? "error" : alert.severity}>
            <p className="issue__text">
              <Icon name="bell" size={18} />
              <span>
                {alert.message}
                {alert.step !== null && <span className="issue__aside"> at step {formatShort(alert.step)}</span>}
              </span>
            </p>
          </li>
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
