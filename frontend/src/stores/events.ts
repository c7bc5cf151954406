/**
 * The event log: what this page did, for the user alone. It lies in IndexedDB, holds the last 1,000 events, and can be
 * switched off. There is no remote sink: nothing of it is sent anywhere.
 */
import { create } from "zustand";
import { announce, onChange } from "./changes";
import { answers, db, type LoggedEvent } from "./db";

export type EventName = "compile_success" | "compile_failed" | "train_started" | "train_failed" | "export" | "merge" | "conflict" | "error";

const KEPT = 1_000;
const SWITCH = "event-log-on";

interface EventsState {
  isOn: boolean;
  /** Newest first; null until they are asked for. */
  events: LoggedEvent[] | null;
}

export const useEvents = create<EventsState>(() => ({ isOn: true, events: null }));

/** Reads whether the log is on; call once. */
export function startEvents(): void {
  onChange(({ what }) => {
    if (what === "events") void readSwitch().then(reload);
  });
  void readSwitch();
  window.addEventListener("error", ({ message }) => track("error", { kind: "uncaught", message }));
  window.addEventListener("unhandledrejection", ({ reason }) => track("error", { kind: "rejection", message: String(reason) }));
}

async function readSwitch(): Promise<void> {
  useEvents.setState({ isOn: (await answers.get<boolean>(SWITCH)) ?? true });
}

async function reload(): Promise<void> {
  if (useEvents.getState().events !== null) await loadEvents();
}

/** Switches the log on or off, in every tab. */
export async function setLogging(isOn: boolean): Promise<void> {
  useEvents.setState({ isOn });
  await answers.put(SWITCH, isOn);
  announce({ what: "events", id: "" });
}

/** Writes an event down, if the log is on. */
export function track(name: EventName, fields: LoggedEvent["fields"] = {}): void {
  if (useEvents.getState().isOn) void append({ at: Date.now(), name, fields });
}

async function append(event: LoggedEvent): Promise<void> {
  const transaction = (await db()).transaction("events", "readwrite");
  const { store } = transaction;
  await store.add(event);
  const surplus = (await store.count()) - KEPT;
  if (surplus > 0) {
    const oldest = await store.getAllKeys(null, surplus);
    const last = oldest.at(-1);
    if (last !== undefined) await store.delete(IDBKeyRange.upperBound(last));
  }
  await transaction.done;
  announce({ what: "events", id: "" });
}

/** Reads the log. */
export async function loadEvents(): Promise<void> {
  const events = await (await db()).getAll("events");
  useEvents.setState({ events: events.reverse() });
}

/** Empties the log. */
export async function clearEvents(): Promise<void> {
  await (await db()).clear("events");
  announce({ what: "events", id: "" });
  await loadEvents();
}
