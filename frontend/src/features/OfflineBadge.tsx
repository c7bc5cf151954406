/** Says that the server is not there, and how much waits for it. */
import { useConnection } from "../stores/connection";
import { useSync } from "../stores/designSync";
import { Icon } from "../ui/Icon";

const TEXT = { offline: "Offline", away: "Server away", online: "" };

export function OfflineBadge({ isCompact = false }: { isCompact?: boolean }) {
  const connection = useConnection((state) => state.connection);
  const outbox = useSync((state) => state.outbox);
  if (connection === "online") return null;
  return (
    <span className={isCompact ? "badge badge--compact" : "badge"} data-testid="offline-badge" role="status">
      <Icon name="offline" size={16} />
      {TEXT[connection]}
      {outbox > 0 && (
        <span className="badge__count" data-testid="outbox-count">
          {outbox} unsent
        </span>
      )}
    </span>
  );
}
