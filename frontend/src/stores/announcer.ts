/** What is said to those who listen instead of looking, where nothing on the screen has a voice of its own. */
import { create } from "zustand";

export const useAnnouncer = create<{ text: string; count: number }>(() => ({ text: "", count: 0 }));

/** Speaks through the page's one polite live region; the same words again are spoken again. */
export function say(text: string): void {
  useAnnouncer.setState(({ count }) => ({ text, count: count + 1 }));
}
