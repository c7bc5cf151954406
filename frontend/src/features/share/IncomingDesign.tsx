/** Opens the import sheet over whatever screen is shown when a design arrives; its code is loaded only then. */
import { lazy, Suspense } from "react";
import { useIncoming } from "../../stores/incoming";

const ImportSheet = lazy(() => import("./ImportSheet"));

export function IncomingDesign() {
  const { incoming, ticket } = useIncoming();
  if (!incoming) return null;
  return (
    <Suspense>
      <ImportSheet key={ticket} incoming={incoming} />
    </Suspense>
  );
}
