/** The first run's tour: which step is shown, and whether it was seen. */
import { create } from "zustand";

/** `localStorage` key; any value means that the tour was seen. */
export const TOUR_KEY = "tour-seen";
export const TOUR_STEPS = 3;

export const useTour = create<{ step: number | null }>(() => ({ step: null }));

/** Storage may be forbidden, for example in a private window of some browsers: then the tour is not offered. */
function wasSeen(): boolean {
  try {
    return localStorage.getItem(TOUR_KEY) !== null;
  } catch {
    return true;
  }
}

function remember(): void {
  try {
    localStorage.setItem(TOUR_KEY, new Date().toISOString());
  } catch {
    // Then it is not offered anyway.
    return;
  }
}

/** Starts the tour unless it was seen; `again` starts it in any case. */
export function startTour(again = false): void {
  if (again || !wasSeen()) useTour.setState({ step: 0 });
}

/** The next step; after the last one the tour was seen. */
export function nextStep(): void {
  const { step } = useTour.getState();
  if (step === null) return;
  if (step + 1 < TOUR_STEPS) useTour.setState({ step: step + 1 });
  else endTour();
}

/** Ends the tour for good. */
export function endTour(): void {
  remember();
  useTour.setState({ step: null });
}
