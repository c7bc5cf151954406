/** Sends the open design to the worker at each change, and the verdict back to the store. */
import { sameNetwork } from "../domain/network";
import type { ModelArchitecture } from "../domain/types";
import type { ValidationReply, ValidationRequest } from "../workers/design_worker";
import { useDesignStore } from "./designStore";

/** Starts listening; call once. The worker starts with the first design: the first screen has no use for it. */
export function startValidation(): void {
  let worker: Worker | null = null;
  let ticket = 0;
  let isBusy = false;
  /** What was last sent; changes that came meanwhile go together when the answer is there. */
  let sent: ModelArchitecture | null = null;
  const ask = (): void => {
    const { currentDesign: design, validation } = useDesignStore.getState();
    if (isBusy || !design || (sent && validation && sameNetwork(sent, design))) return;
    ticket += 1;
    isBusy = true;
    sent = design;
    const request: ValidationRequest = { ticket, design };
    worker ??= start();
    worker.postMessage(request);
  };
  const hear = ({ data }: MessageEvent<ValidationReply>): void => {
    if (data.ticket !== ticket) return;
    isBusy = false;
    const { currentDesign: design } = useDesignStore.getState();
    // A verdict on another network than the one shown would be wrong for a moment: then only the next counts.
    if (sent && design && sameNetwork(sent, design)) useDesignStore.getState().setValidation(data.analysis);
    else ask();
  };
  const start = (): Worker => {
    const started = new Worker(new URL("../workers/design_worker.ts", import.meta.url), { type: "module", name: "design" });
    started.onmessage = hear;
    started.onerror = () => {
      // The browser reports it; the next change is asked about all the same.
      isBusy = false;
    };
    return started;
  };
  useDesignStore.subscribe((state, before) => {
    if (state.currentDesign !== before.currentDesign || (!state.validation && before.validation)) ask();
  });
}
