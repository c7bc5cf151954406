/** Says that the server is not there, or that something will not go out by itself, and how much waits; a tap opens the list. */
import { useConnection } from "../stores/connection";
import { useOutbox } from "../stores/outbox";
import { openSheet } from "../stores/sheets";
import { Icon } from "../ui/Icon";

const TEXT = { offline: "Offline", away: "Server away", online: "Not sent" };

/** `isCompact`: an icon with the number, for the bar of a screen. */
export function OfflineBadge({ isCompact = false }: { isCompact?: boolean }) {
  const connection = useConnection((state) => state.connection);
  const waiting = useOutbox((state) => state.items.length);
  const isStuck = useOutbox((state) => state.retryAt !== null || state.items.some(({ conflict, trouble }) => conflict || trouble !== null));
  if (connection === "online" && !(isStuck && waiting > 0)) return null;
  const label = `${TEXT[connection]}${waiting > 0 ? `, ${waiting} unsent` : ""}`;
  return (
    <button
      type="button"
      className={isCompact ? "icon-button badge-button" : "badge badge--button"}
      data-testid="offline-badge"
      aria-label={label}
      title={label}
      onClick={() => openSheet({ kind: "outbox" })}
    >
      <Icon name={connection === "online" ? "warning" : "offline"} size={isCompact ? 22 : 18} />
      {!isCompact && TEXT[connection]}
      {waiting > 0 && (
        <span className={isCompact ? "badge-button__count" : "badge__count"} data-testid="outbox-count">
          {waiting}
          {!isCompact && " unsent"}
        </span>
      )}
    </button>
  );
}
