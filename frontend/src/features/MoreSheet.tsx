/** What belongs to no single design: import, install. */
import { lazy, Suspense, useState } from "react";
import { useInstall } from "../pwa/install";
import { receive } from "../stores/incoming";
import { openSheet } from "../stores/sheets";
import { Icon } from "../ui/Icon";
import { Sheet } from "../ui/Sheet";

const InstallSheet = lazy(() => import("../pwa/InstallSheet"));

export function MoreSheet({ onClose }: { onClose: () => void }) {
  const isInstalled = useInstall((state) => state.way === "installed");
  const [installs, setInstalls] = useState(false);
  if (installs) {
    return (
      <Suspense>
        <InstallSheet onClose={onClose} />
      </Suspense>
    );
  }
  return (
    <Sheet title="More" testId="more-sheet" onClose={onClose}>
      <button
        type="button"
        className="row-button"
        data-testid="import"
        onClick={() => {
          onClose();
          receive({ kind: "ask" });
        }}
      >
        <Icon name="import" />
        <span>Import a design</span>
        <Icon name="chevron" size={20} />
      </button>
      {!isInstalled && (
        <button type="button" className="row-button" data-testid="install" onClick={() => setInstalls(true)}>
          <Icon name="install" />
          <span>Install Model Studio</span>
          <Icon name="chevron" size={20} />
        </button>
      )}
      <button
        type="button"
        className="row-button"
        data-testid="event-log-row"
        onClick={() => {
          onClose();
          openSheet({ kind: "events" });
        }}
      >
        <Icon name="list" />
        <span>Event log</span>
        <Icon name="chevron" size={20} />
      </button>
    </Sheet>
  );
}
