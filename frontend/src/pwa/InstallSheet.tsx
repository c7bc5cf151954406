/** How this page becomes an app on the phone: one tap in Chromium, three pictures for Safari on iOS. */
import type { ReactNode } from "react";
import { toast } from "../stores/toasts";
import { Icon } from "../ui/Icon";
import { Sheet } from "../ui/Sheet";
import { askToInstall, useInstall } from "./install";

export default function InstallSheet({ onClose }: { onClose: () => void }) {
  const way = useInstall((state) => state.way);
  const install = async (): Promise<void> => {
    if (await askToInstall()) toast("Model Studio is being installed", "good");
    onClose();
  };
  return (
    <Sheet
      title="Install Model Studio"
      subtitle="Opens without the browser, works offline, and the phone keeps your designs."
      testId="install-sheet"
      onClose={onClose}
      footer={
        way === "ask" ? (
          <button type="button" className="button button--filled button--wide" onClick={() => void install()}>
            <Icon name="install" size={20} />
            Install
          </button>
        ) : undefined
      }
    >
      {way === "ios" && <IosSteps />}
      {way === "ask" && <p className="sheet__lead">Your browser asks once more. Nothing is downloaded from anywhere else; the app takes less than a megabyte.</p>}
      {way === "other" && (
        <p className="sheet__lead">
          Open this page in Chrome, Edge or Samsung Internet and choose <strong>Install app</strong> or <strong>Add to Home screen</strong> in the
          browser’s menu. On an iPhone, open it in Safari.
        </p>
      )}
      {way === "installed" && <p className="sheet__lead">It is installed: this is the app.</p>}
    </Sheet>
  );
}

function IosSteps() {
  return (
    <ol className="steps">
      <Step number={1} picture={<Toolbar />}>
        Tap <strong>Share</strong> in Safari’s bar.
      </Step>
      <Step number={2} picture={<ShareMenu />}>
        Scroll down and tap <strong>Add to Home Screen</strong>.
      </Step>
      <Step number={3} picture={<HomeScreen />}>
        Tap <strong>Add</strong>, then open Model Studio from its icon.
      </Step>
    </ol>
  );
}

function Step({ number, picture, children }: { number: number; picture: ReactNode; children: ReactNode }) {
  return (
    <li className="step">
      <span className="step__picture">{picture}</span>
      <p className="step__text">
        <span className="step__number" aria-hidden="true">
          {number}
        </span>
        <span>{children}</span>
      </p>
    </li>
  );
}

/** Safari's lower bar; the share button stands out. */
function Toolbar() {
  return (
    <svg viewBox="0 0 132 88" aria-hidden="true" focusable="false">
      <rect className="step__device" x="6" y="-24" width="120" height="104" rx="16" />
      <rect className="step__bar" x="16" y="10" width="100" height="18" rx="9" />
      <path className="step__line" d="M24 50l-5 6 5 6M40 50l5 6-5 6M84 49h10v13H84zM101 51h11v9h-11" />
      <circle className="step__ring" cx="65" cy="55" r="16" />
      <path className="step__mark" d="M65 58V45M60.500 49l4.500-4.500 4.500 4.500M60 54h-2v12h14V54h-2" />
    </svg>
  );
}

function ShareMenu() {
  return (
    <svg viewBox="0 0 132 88" aria-hidden="true" focusable="false">
      <rect className="step__device" x="6" y="8" width="120" height="104" rx="16" />
      <path className="step__line" d="M20 26h56M20 74h48" />
      <rect className="step__row" x="14" y="38" width="104" height="24" rx="8" />
      <path className="step__mark" d="M22 50h50M100 44h11v12h-11zM105.500 47v6M102.500 50h6" />
    </svg>
  );
}

function HomeScreen() {
  const places = [16, 44, 72, 100];
  return (
    <svg viewBox="0 0 132 88" aria-hidden="true" focusable="false">
      <rect className="step__device" x="6" y="8" width="120" height="104" rx="16" />
      {places.map((x) => (
        <rect key={x} className="step__bar" x={x} y="20" width="18" height="18" rx="5" />
      ))}
      <rect className="step__app" x="41" y="48" width="24" height="24" rx="7" />
      <path className="step__logo" d="M47 55h12M49 60h8M51 65h4" />
      <rect className="step__bar" x="16" y="51" width="18" height="18" rx="5" />
    </svg>
  );
}
