/** Sends the open design to the worker 300 ms after its last change, and the verdict back to the store. */
import type { ModelArchitecture } from "../domain/types";
import type { ValidationReply, ValidationRequest } from "../workers/design_worker";
import { useDesignStore } from "./designStore";

const DEBOUNCE_MS = 300;

/** Starts the worker; call once. */
export function startValidation(): void {
  const worker = new Worker(new URL("../workers/design_worker.ts", import.meta.url), { type: "module", name: "design" });
  let timer = 0;
  let ticket = 0;
  const ask = (design: ModelArchitecture): void => {
    ticket += 1;
    const request: ValidationRequest = { ticket, design };
    worker.postMessage(request);
  };
  worker.onmessage = ({ data }: MessageEvent<ValidationReply>) => {
    // A verdict on an older design than the one shown would be wrong for a moment: only the last counts.
    if (data.ticket === ticket) useDesignStore.getState().setValidation(data.analysis);
  };
  useDesignStore.subscribe((state, before) => {
    const design = state.currentDesign;
    if (design === before.currentDesign) return;
    window.clearTimeout(timer);
    ticket += 1;
    if (!design) return;
    const isOpened = design.id !== before.currentDesign?.id;
    timer = window.setTimeout(() => ask(design), isOpened ? 0 : DEBOUNCE_MS);
  });
}
