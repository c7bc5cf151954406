/** Whether the server can be reached: the phone's own word, corrected by what the calls find out. */
import { create } from "zustand";
import { api } from "../api/client";
import { say } from "./announcer";
import { onOutcome } from "../api/http";

/** `offline`: the phone has no network; `away`: it has one, but the server does not answer. */
export type Connection = "online" | "offline" | "away";

const SPOKEN: Record<Connection, string> = {
  online: "The server is there again.",
  offline: "Offline. Edits are kept on this phone.",
  away: "The server does not answer. Edits are kept on this phone.",
};
const PROBE_MS = 4_000;

export const useConnection = create<{ connection: Connection }>(() => ({
  connection: navigator.onLine ? "online" : "offline",
}));

const returns = new Set<() => void>();

/** Calls `listener` whenever the server is there again, or the page comes back to the front. */
export function onReturn(listener: () => void): void {
  returns.add(listener);
}

function set(connection: Connection): void {
  const before = useConnection.getState().connection;
  if (before === connection) return;
  useConnection.setState({ connection });
  say(SPOKEN[connection]);
  if (connection === "online") returns.forEach((listener) => listener());
}

/** Asks whether the server is there; the answer goes to all who listen. */
export function probe(): void {
  if (navigator.onLine) void api.healthy().catch(() => undefined);
}

/** Starts listening; call once. */
export function startConnection(): void {
  onOutcome((reached) => set(reached ? "online" : navigator.onLine ? "away" : "offline"));
  window.addEventListener("offline", () => set("offline"));
  window.addEventListener("online", probe);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (useConnection.getState().connection === "online") returns.forEach((listener) => listener());
    else probe();
  });
  window.setInterval(() => {
    if (useConnection.getState().connection === "away") probe();
  }, PROBE_MS);
}
