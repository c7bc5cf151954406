/** Registers the service worker and asks before a new version replaces the open page: nobody's edit is lost to a reload. */
import { useRegisterSW } from "virtual:pwa-register/react";

export function UpdatePrompt() {
  const {
    needRefresh: [isWaiting, setWaiting],
    updateServiceWorker,
  } = useRegisterSW();
  if (!isWaiting) return null;
  return (
    <div className="update" role="alertdialog" aria-labelledby="update-title">
      <p id="update-title">A new version is ready.</p>
      <button type="button" className="button button--small" onClick={() => setWaiting(false)}>
        Later
      </button>
      <button type="button" className="button button--small button--filled" onClick={() => void updateServiceWorker(true)}>
        Reload
      </button>
    </div>
  );
}
