/**
 * The live events of a run. EventSource repeats a lost connection by itself and sends Last-Event-ID; where the browser
 * gives up (an error status, or 204 when the run is over) this asks the caller whether to go on, and waits longer each time.
 */
import { eventsUrl } from "./client";
import type { AlertEvent, EvaluationEvent, RunStateEvent, TrainingUpdate } from "./types";

export type LinkState = "connecting" | "live" | "lost" | "ended";

export interface RunEventHandlers {
  onUpdate: (update: TrainingUpdate) => void;
  onState: (event: RunStateEvent) => void;
  onAlert: (alert: AlertEvent) => void;
  onEvaluation: (evaluation: EvaluationEvent) => void;
  /** Events were missed: the caller reads the history again. */
  onGap: () => void;
  onLink: (state: LinkState) => void;
  /** Asked when the server closed the stream: whether the run is over. */
  isOver: () => Promise<boolean>;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/** Follows a run until the returned function is called. */
export function followRun(runId: string, handlers: RunEventHandlers): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let wait = FIRST_WAIT_MS;
  let done = false;
  let opened = false;

  const open = (): void => {
    if (done) return;
    source = new EventSource(eventsUrl(runId));
    source.onopen = () => {
      wait = FIRST_WAIT_MS;
      if (opened) handlers.onGap();
      opened = true;
      handlers.onLink("live");
    };
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED) void closed();
      else handlers.onLink("lost");
    };
    listen(source, "training_update", handlers.onUpdate);
    listen(source, "run_state", handlers.onState);
    listen(source, "alert", handlers.onAlert);
    listen(source, "evaluation", handlers.onEvaluation);
    source.addEventListener("reset", () => handlers.onGap());
  };

  const closed = async (): Promise<void> => {
    source?.close();
    handlers.onLink("lost");
    const over = await handlers.isOver().catch(() => false);
    if (done) return;
    if (over) {
      handlers.onLink("ended");
      return;
    }
    timer = window.setTimeout(open, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };

  const wake = (): void => {
    if (document.visibilityState === "visible" && source?.readyState === EventSource.CLOSED && timer !== 0) {
      window.clearTimeout(timer);
      open();
    }
  };
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", wake);
  handlers.onLink("connecting");
  open();

  return () => {
    done = true;
    window.clearTimeout(timer);
    document.removeEventListener("visibilitychange", wake);
    window.removeEventListener("online", wake);
    source?.close();
  };
}

function listen(source: EventSource, name: string, handle: (value: never) => void): void {
  source.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data) as never));
}
