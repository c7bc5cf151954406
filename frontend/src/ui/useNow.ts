/** The time, in milliseconds, as of the last half minute: for "5 min ago" that keeps up while a list stays open. */
import { useSyncExternalStore } from "react";

const TICK_MS = 30_000;

function subscribe(changed: () => void): () => void {
  const timer = window.setInterval(changed, TICK_MS);
  return () => window.clearInterval(timer);
}

function lastTick(): number {
  return Math.floor(Date.now() / TICK_MS) * TICK_MS;
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, lastTick);
}
