/** The first screen: what is training now, the user's designs, and templates to start from. */
import { useEffect, useState } from "react";
import { explain } from "../../api/problems";
import type { DesignMeta } from "../../api/types";
import { formatAgo } from "../../domain/format";
import { useConnection } from "../../stores/connection";
import { createDesign, isLive, loadDesigns, loadRuns, loadTemplates, useLibrary } from "../../stores/library";
import { go } from "../../stores/route";
import { toast } from "../../stores/toasts";
import { Icon } from "../../ui/Icon";
import { Empty, MiniStack, Skeleton } from "../../ui/parts";
import { useScreen } from "../../ui/useScreen";
import { useNow } from "../../ui/useNow";
import { OfflineBadge } from "../OfflineBadge";
import { RunRow } from "../RunRow";
import { Tabs } from "../Tabs";
import { Templates } from "./Templates";
import { type Miniature, useMiniatures } from "./useMiniatures";

/** So that the templates stay in sight. */
const FIRST_DESIGNS = 4;

export function DesignsScreen() {
  const { designs, templates, runs, problem } = useLibrary();
  const connection = useConnection((state) => state.connection);
  const [creating, setCreating] = useState<string | null>(null);
  const [showsAll, setShowsAll] = useState(false);
  const miniatures = useMiniatures(designs);
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

  const shown = showsAll ? designs : designs?.slice(0, FIRST_DESIGNS);
  const isEmpty = designs?.length === 0;
  return (
    <div className="screen home">
      <header className="hero">
        <h1 className="hero__title" ref={heading} tabIndex={-1}>
          Model Studio
        </h1>
        <OfflineBadge />
      </header>
      <main className="home__main">
        {live.length > 0 && (
          <section aria-labelledby="live-heading">
            <h2 id="live-heading" className="section-heading">
              Training now
            </h2>
            <ul className="list">
              {live.map((run) => (
                <RunRow key={run.id} run={run} showsDesign />
              ))}
            </ul>
          </section>
        )}
        {!isEmpty && (
          <section aria-labelledby="designs-heading">
            <h2 id="designs-heading" className="section-heading">
              Your designs
            </h2>
            {designs === null && (problem ? <p className="home__problem">{problem}</p> : <Skeleton rows={3} height={72} />)}
            <ul className="list">
              {shown?.map((meta) => (
                <DesignRow key={meta.id} meta={meta} miniature={miniatures.get(meta.id)} />
              ))}
            </ul>
            {designs && shown && shown.length < designs.length && (
              <button type="button" className="button button--small button--more" onClick={() => setShowsAll(true)}>
                All {designs.length} designs
              </button>
            )}
          </section>
        )}
        {isEmpty && (
          <Empty icon="designs" title="Design your first model">
            Tap a template below. It opens as a stack of blocks that you can change, train, and take with you.
          </Empty>
        )}
        <Templates templates={templates} busy={creating} onUse={(template) => void create({ template })} />
      </main>
      <button type="button" className="fab" onClick={() => void create({})} aria-busy={creating === "new"}>
        <Icon name="add" />
        New design
      </button>
      <Tabs current="designs" />
    </div>
  );
}

function DesignRow({ meta, miniature }: { meta: DesignMeta; miniature: Miniature | undefined }) {
  const now = useNow();
  return (
    <li>
      <button type="button" className="item" data-design-id={meta.id} onClick={() => go({ screen: "studio", designId: meta.id })}>
        {miniature && miniature.bars.length > 0 ? (
          <MiniStack bars={miniature.bars} />
        ) : (
          <span className="item__icon">
            <Icon name="designs" />
          </span>
        )}
        <span className="item__text">
          <span className="item__title">{meta.name}</span>
          <span className="item__caption">
            {miniature?.isDirty ? "Unsent edits" : `Edited ${formatAgo(meta.updated_at, now)}`}
            {miniature && ` · ${miniature.bars.length} blocks`}
          </span>
        </span>
        <Icon name="chevron" size={20} />
      </button>
    </li>
  );
}
