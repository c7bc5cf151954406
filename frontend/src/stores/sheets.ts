/** The sheets that any screen may open; each is one at a time, above whatever is shown. */
import { create } from "zustand";
import type { ModelArchitecture } from "../domain/types";

export type OpenSheet =
  | { kind: "outbox" | "events" | "keyboard" | "merge" | "history" }
  /** Two designs side by side; without `with`, the user chooses one. */
  | { kind: "compare"; design: ModelArchitecture; title?: string; with?: ModelArchitecture; withTitle?: string };

export const useSheets = create<{ sheet: OpenSheet | null }>(() => ({ sheet: null }));

export function openSheet(sheet: OpenSheet): void {
  useSheets.setState({ sheet });
}

export function closeSheet(): void {
  useSheets.setState({ sheet: null });
}
