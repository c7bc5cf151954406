/** The page: one screen at a time, and the messages that float above it. */
import { lazy, Suspense } from "react";
import { Announcer } from "./features/Announcer";
import { GlobalSheets } from "./features/GlobalSheets";
import { DesignsScreen } from "./features/home/DesignsScreen";
import { RunsScreen } from "./features/home/RunsScreen";
import { IncomingDesign } from "./features/share/IncomingDesign";
import { Toasts } from "./features/Toasts";
import { UpdatePrompt } from "./pwa/UpdatePrompt";
import { type Route, useRoute } from "./stores/route";
import { Skeleton } from "./ui/parts";

// The first screen needs neither the editor nor the charts, the heaviest parts; the service worker keeps both at hand.
const StudioScreen = lazy(() => import("./features/studio/StudioScreen").then((module) => ({ default: module.StudioScreen })));
const RunScreen = lazy(() => import("./features/run/RunScreen").then((module) => ({ default: module.RunScreen })));
const GameScreen = lazy(() => import("./features/game/GameScreen").then((module) => ({ default: module.GameScreen })));

export function ModelStudioTab() {
  const route = useRoute((state) => state.route);
  return (
    <>
      <Suspense fallback={<div className="screen run__main"><Skeleton rows={4} height={140} /></div>}>
        <Screen route={route} />
      </Suspense>
      <IncomingDesign />
      <GlobalSheets />
      <Toasts />
      <Announcer />
      <UpdatePrompt />
    </>
  );
}

function Screen({ route }: { route: Route }) {
  switch (route.screen) {
    case "studio":
      return <StudioScreen key={route.designId} designId={route.designId} />;
    case "run":
      return <RunScreen key={route.runId} runId={route.runId} />;
    case "game":
      return <GameScreen key={route.gameId} runId={route.runId} gameId={route.gameId} />;
    case "runs":
      return <RunsScreen />;
    case "designs":
      return <DesignsScreen />;
  }
}
