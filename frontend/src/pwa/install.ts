/** Whether the page can be installed here, and how: Chromium asks on a tap, Safari on iOS wants to be shown the way. */
import { create } from "zustand";

interface InstallPrompt extends Event {
  prompt: () => Promise<{ outcome: "accepted" | "dismissed" }>;
}

/** `ask`: a tap installs; `ios`: by hand through Safari's share menu; `installed`; `other`: through the browser's menu. */
export type InstallWay = "ask" | "ios" | "installed" | "other";

const DISMISSED = "install-hint-dismissed";

interface InstallState {
  way: InstallWay;
  /** Whether the hint was closed on this phone; the menu still leads there. */
  isDismissed: boolean;
}

let prompt: InstallPrompt | null = null;

/** Whether this is Safari on an iPhone or iPad; the other browsers there cannot be told what to tap. */
export function isIosSafari(agent: string, touchPoints: number): boolean {
  const isIos = /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1);
  return isIos && /Safari\//.test(agent) && !/CriOS|FxiOS|EdgiOS|OPiOS|GSA\//.test(agent);
}

function wayNow(): InstallWay {
  if (window.matchMedia("(display-mode: standalone)").matches || "standalone" in navigator && navigator.standalone === true) return "installed";
  if (prompt) return "ask";
  return isIosSafari(navigator.userAgent, navigator.maxTouchPoints) ? "ios" : "other";
}

function wasDismissed(): boolean {
  try {
    return localStorage.getItem(DISMISSED) !== null;
  } catch {
    // Storage is forbidden here, so the hint would come back at every start: better none.
    return true;
  }
}

export const useInstall = create<InstallState>(() => ({ way: wayNow(), isDismissed: wasDismissed() }));

/** Starts listening; call once, early: the browser tells it only once. */
export function startInstall(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    prompt = event as InstallPrompt;
    useInstall.setState({ way: wayNow() });
  });
  window.addEventListener("appinstalled", () => {
    prompt = null;
    useInstall.setState({ way: "installed" });
  });
}

/** Shows the browser's own question; true where the user agreed. */
export async function askToInstall(): Promise<boolean> {
  const asked = prompt;
  if (!asked) return false;
  // It can be used once; the browser gives another later.
  prompt = null;
  const { outcome } = await asked.prompt();
  useInstall.setState({ way: outcome === "accepted" ? "installed" : wayNow() });
  return outcome === "accepted";
}

export function dismissInstallHint(): void {
  useInstall.setState({ isDismissed: true });
  localStorage.setItem(DISMISSED, "1");
}
