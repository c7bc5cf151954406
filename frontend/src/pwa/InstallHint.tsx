/** A card at the end of the first screen that says what installing is good for; closed once, it stays away. */
import { lazy, Suspense, useState } from "react";
import { Icon } from "../ui/Icon";
import { dismissInstallHint, useInstall } from "./install";

const InstallSheet = lazy(() => import("./InstallSheet"));

export function InstallHint() {
  const { way, isDismissed } = useInstall();
  const [isOpen, setOpen] = useState(false);
  if (isDismissed || (way !== "ask" && way !== "ios")) return null;
  return (
    <aside className="hint" aria-label="Install" data-testid="install-hint">
      <span className="hint__icon">
        <Icon name="install" />
      </span>
      <p className="hint__text">
        <strong>Keep it on your home screen</strong>
        <span>{way === "ios" ? "Safari forgets pages after a week; an installed one keeps your designs." : "It opens without the browser, also offline."}</span>
      </p>
      <button type="button" className="icon-button" aria-label="Do not show this again" onClick={dismissInstallHint}>
        <Icon name="close" size={20} />
      </button>
      <button type="button" className="button button--small hint__action" onClick={() => setOpen(true)}>
        {way === "ios" ? "Show me how" : "Install"}
      </button>
      {isOpen && (
        <Suspense>
          <InstallSheet onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </aside>
  );
}
