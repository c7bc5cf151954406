/** Short messages at the bottom of the screen. */
import { create } from "zustand";

export type Tone = "info" | "good" | "bad";

export interface Toast {
  id: number;
  text: string;
  tone: Tone;
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 5_000;
const SHOWN_WITH_ACTION_MS = 8_000;

export const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));

let last = 0;

/** Shows a message; the newest replaces the one before. */
export function toast(text: string, tone: Tone = "info", action?: Toast["action"]): void {
  last += 1;
  const id = last;
  useToasts.setState({ toasts: [{ id, text, tone, ...(action ? { action } : {}) }] });
  window.setTimeout(() => dismissToast(id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
}

export function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((shown) => shown.id !== id) }));
}
