/** Loads the sheets that any screen may open when the first of them is asked for. */
import { lazy, Suspense } from "react";
import { useSheets } from "../stores/sheets";

const SyncSheets = lazy(() => import("./sync/SyncSheets"));

export function GlobalSheets() {
  const sheet = useSheets((state) => state.sheet);
  if (!sheet) return null;
  return (
    <Suspense>
      <SyncSheets key={sheet.kind} sheet={sheet} />
    </Suspense>
  );
}
