/** Every run, newest first. */
import { useEffect } from "react";
import { useConnection } from "../../stores/connection";
import { isLive, loadRuns, useLibrary } from "../../stores/library";
import { go } from "../../stores/route";
import { Empty, Skeleton } from "../../ui/parts";
import { useScreen } from "../../ui/useScreen";
import { OfflineBadge } from "../OfflineBadge";
import { RunRow } from "../RunRow";
import { Tabs } from "../Tabs";

const REFRESH_MS = 5_000;

export function RunsScreen() {
  const { runs, problem } = useLibrary();
  const heading = useScreen("Runs");
  const connection = useConnection((state) => state.connection);
  useEffect(() => {
    void loadRuns();
    const timer = window.setInterval(() => {
      if (document.visibilityState === "visible") void loadRuns();
    }, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, [connection]);
  // The manifest's shortcut "Live run" opens /runs?live=1.
  useEffect(() => {
    if (runs === null || new URLSearchParams(location.search).get("live") !== "1") return;
    const live = runs.find(isLive);
    if (live) go({ screen: "run", runId: live.id }, "replace");
    else history.replaceState(null, "", "/runs");
  }, [runs]);
  return (
    <div className="screen home">
      <header className="hero">
        <h1 className="hero__title" ref={heading} tabIndex={-1}>
          Runs
        </h1>
        <OfflineBadge />
      </header>
      <main className="home__main">
        {runs === null && (problem ? <p className="home__problem">{problem}</p> : <Skeleton rows={4} height={84} />)}
        {runs?.length === 0 && (
          <Empty
            icon="runs"
            title="No runs yet"
            action={
              <button type="button" className="button button--filled" onClick={() => go({ screen: "designs" })}>
                Choose a design
              </button>
            }
          >
            Open a design and tap Train. The run appears here and goes on while the phone sleeps.
          </Empty>
        )}
        <ul className="list">{runs?.map((run) => <RunRow key={run.id} run={run} showsDesign />)}</ul>
      </main>
      <Tabs current="runs" />
    </div>
  );
}
