/** The event log: on or off, the last events, a filter, export and clear. */
import { useEffect, useState } from "react";
import { clearEvents, loadEvents, setLogging, useEvents } from "../../stores/events";
import { Switch } from "../../ui/controls";
import { Icon } from "../../ui/Icon";
import { Sheet } from "../../ui/Sheet";

const SHOWN = 200;

export function EventLogSheet({ onClose }: { onClose: () => void }) {
  const { isOn, events } = useEvents();
  const [filter, setFilter] = useState("");
  useEffect(() => void loadEvents(), []);
  const wanted = filter.trim().toLowerCase();
  const found = (events ?? []).filter((event) => wanted === "" || JSON.stringify(event).toLowerCase().includes(wanted));
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(found, null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "model-studio-events.json";
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Sheet title="Event log" subtitle="Stays on this phone. Nothing of it is sent anywhere." testId="event-log" onClose={onClose}>
      <Switch
        label="Write events down"
        help="Compiles, trainings, exports, merges and errors; the last 1,000."
        value={isOn}
        onChange={(value) => void setLogging(value)}
      />
      {events !== null && events.length > 0 && (
        <>
          <div className="event-tools">
            <input
              className="text-input"
              type="search"
              aria-label="Filter events"
              placeholder="Filter"
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
            <button type="button" className="icon-button" aria-label="Export as JSON" onClick={save}>
              <Icon name="download" />
            </button>
            <button type="button" className="icon-button" aria-label="Clear the log" onClick={() => void clearEvents()}>
              <Icon name="trash" />
            </button>
          </div>
          <ol className="events">
            {found.slice(0, SHOWN).map((event, at) => (
              <li key={`${event.at} ${at}`} className="event" data-event={event.name}>
                <span className="event__name">{event.name}</span>
                <time className="event__time" dateTime={new Date(event.at).toISOString()}>
                  {new Date(event.at).toLocaleString("en", { dateStyle: "short", timeStyle: "medium" })}
                </time>
                <span className="event__fields">
                  {Object.entries(event.fields)
                    .map(([name, value]) => `${name} ${String(value)}`)
                    .join(" · ")}
                </span>
              </li>
            ))}
          </ol>
          {found.length > SHOWN && <p className="sheet__note">The newest {SHOWN} of {found.length}; the export holds them all.</p>}
          {found.length === 0 && <p className="sheet__note">No event matches.</p>}
        </>
      )}
      {events?.length === 0 && <p className="sheet__note">{isOn ? "Nothing happened yet." : "The log is off and empty."}</p>}
    </Sheet>
  );
}
