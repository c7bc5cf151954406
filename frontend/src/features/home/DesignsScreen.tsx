/** The first screen: what is training now, the user's designs, and templates to start from. */
import { useEffect, useState } from "react";
import { explain } from "../../api/problems";
import type { RunDetail } from "../../api/types";
import { InstallHint } from "../../pwa/InstallHint";
import { useConnection } from "../../stores/connection";
import { receive } from "../../stores/incoming";
import { createDesign, isLive, loadDesigns, loadRuns, loadTemplates, useLibrary } from "../../stores/library";
import { go } from "../../stores/route";
import { toast } from "../../stores/toasts";
import { Icon } from "../../ui/Icon";
import { Empty, Skeleton } from "../../ui/parts";
import { useScreen } from "../../ui/useScreen";
import { OfflineBadge } from "../OfflineBadge";
import { RunRow } from "../RunRow";
import { Tabs } from "../Tabs";
import { DesignList } from "./DesignList";
import { Templates } from "./Templates";

export function DesignsScreen() {
  const { designs, templates, runs, problem } = useLibrary();
  const connection = useConnection((state) => state.connection);
  const [creating, setCreating] = useState<string | null>(null);
  const heading = useScreen("Model Studio");
  const live = runs?.filter(isLive) ?? [];

  useEffect(() => {
    void loadDesigns();
    void loadTemplates();
    void loadRuns();
  }, [connection]);

  const create = async (body: { name?: string; template?: string }): Promise<void> => {
    setCreating(body.template ?? "new");
    try {
      const designId = await createDesign(body);
      go({ screen: "studio", designId });
    } catch (error) {
      toast(explain(error), "bad");
    } finally {
      setCreating(null);
    }
  };

  // The manifest's shortcut "New design" opens /model-studio?new=1.
  useEffect(() => {
    if (new URLSearchParams(location.search).get("new") !== "1") return;
    history.replaceState(null, "", "/model-studio");
    window.setTimeout(() => void create({}));
  }, []);

  // Shown at once rather than piece by piece: what is being read must not be pushed down.
  const isReady = (designs !== null && templates !== null && runs !== null) || problem !== null;
  return (
    <div className="screen home">
      <header className="hero">
        <h1 className="hero__title" ref={heading} tabIndex={-1}>
          Model Studio
        </h1>
        <OfflineBadge />
      </header>
      {isReady ? (
        <main className="home__main">
          {live.length > 0 && <LiveRuns runs={live} />}
          {designs?.length === 0 ? <FirstDesign /> : <DesignList />}
          <Templates templates={templates} busy={creating} onUse={(template) => void create({ template })} />
          <InstallHint />
        </main>
      ) : (
        <main className="home__main" aria-busy="true">
          <Skeleton rows={7} height={94} />
        </main>
      )}
      <button type="button" className="fab" onClick={() => void create({})} aria-busy={creating === "new"}>
        <Icon name="add" />
        New design
      </button>
      <Tabs current="designs" />
    </div>
  );
}

function LiveRuns({ runs }: { runs: RunDetail[] }) {
  return (
    <section aria-labelledby="live-heading">
      <h2 id="live-heading" className="section-heading">
        Training now
      </h2>
      <ul className="list">
        {runs.map((run) => (
          <RunRow key={run.id} run={run} showsDesign />
        ))}
      </ul>
    </section>
  );
}

function FirstDesign() {
  return (
    <Empty
      icon="designs"
      title="Design your first model"
      action={
        <button type="button" className="button button--small" onClick={() => receive({ kind: "ask" })}>
          <Icon name="import" size={20} />
          Import one
        </button>
      }
    >
      Tap a template below. It opens as a graph of blocks that you can change, train, and take with you.
    </Empty>
  );
}
