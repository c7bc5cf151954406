/** The page's voice: one polite live region. */
import { useAnnouncer } from "../stores/announcer";

export function Announcer() {
  const { text, count } = useAnnouncer();
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
      <span key={count}>{text}</span>
    </div>
  );
}
