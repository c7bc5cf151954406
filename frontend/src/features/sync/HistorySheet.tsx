/** The saved states of the open design: what changed since each, and back to it with one tap that can be undone. */
import { useEffect, useMemo, useState } from "react";
import { api } from "../../api/client";
import { explain } from "../../api/problems";
import type { RevisionMeta } from "../../api/types";
import { changeCount, diffDesigns } from "../../domain/diff";
import { formatAgo } from "../../domain/format";
import type { ModelArchitecture } from "../../domain/types";
import { designHistory, useDesignStore } from "../../stores/designStore";
import { saveNow } from "../../stores/designSync";
import { createDesign } from "../../stores/library";
import { go } from "../../stores/route";
import { toast } from "../../stores/toasts";
import { Icon } from "../../ui/Icon";
import { Skeleton } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { useNow } from "../../ui/useNow";
import { DiffView } from "./DiffView";

interface Props {
  design: ModelArchitecture;
  onClose: () => void;
}

export function HistorySheet({ design, onClose }: Props) {
  const { id } = design;
  const [revisions, setRevisions] = useState<RevisionMeta[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [openRevision, setOpen] = useState<number | null>(null);

  useEffect(() => {
    let isStale = false;
    // What was edited a moment ago is part of the history too.
    saveNow()
      .then(() => api.revisions(id, null))
      .then(
        (page) => {
          if (isStale) return;
          setRevisions(page.items);
          setNext(page.next);
        },
        (error: unknown) => {
          if (!isStale) setProblem(explain(error));
        },
      );
    return () => {
      isStale = true;
    };
  }, [id]);
  const more = async (cursor: string): Promise<void> => {
    try {
      const page = await api.revisions(id, cursor);
      setRevisions([...(revisions ?? []), ...page.items]);
      setNext(page.next);
    } catch (error) {
      setProblem(explain(error));
    }
  };

  return (
    <Sheet title="History" subtitle="Every saved state. Going back is an edit like any other: undo takes it back." testId="history-sheet" onClose={onClose}>
      {problem !== null && <p className="sheet__note">{problem}</p>}
      {revisions === null && problem === null && <Skeleton rows={4} height={64} />}
      <ul className="revisions">
        {revisions?.map((meta, at) => (
          <RevisionRow
            key={meta.revision}
            meta={meta}
            design={design}
            isNewest={at === 0}
            isOpen={openRevision === meta.revision}
            onToggle={() => setOpen(openRevision === meta.revision ? null : meta.revision)}
            onClose={onClose}
          />
        ))}
      </ul>
      {next !== null && (
        <button type="button" className="button button--wide" onClick={() => void more(next)}>
          Older ones
        </button>
      )}
    </Sheet>
  );
}

interface RowProps {
  meta: RevisionMeta;
  design: ModelArchitecture;
  isNewest: boolean;
  isOpen: boolean;
  onToggle: () => void;
  onClose: () => void;
}

function RevisionRow({ meta, design, isNewest, isOpen, onToggle, onClose }: RowProps) {
  const now = useNow();
  return (
    <li className="revision" data-revision={meta.revision}>
      <button type="button" className="row-button" aria-expanded={isOpen} onClick={onToggle}>
        <span className="revision__text">
          <span className="revision__title">{isNewest ? "As it is saved now" : formatAgo(meta.saved_at, now)}</span>
          <span className="revision__caption">
            {isNewest && `${formatAgo(meta.saved_at, now)} · `}
            {meta.component_count === 1 ? "1 block" : `${meta.component_count} blocks`} · {meta.name}
          </span>
        </span>
        <Icon name="chevron" size={20} />
      </button>
      {isOpen && <RevisionDetail meta={meta} design={design} onClose={onClose} />}
    </li>
  );
}

function RevisionDetail({ meta, design, onClose }: { meta: RevisionMeta; design: ModelArchitecture; onClose: () => void }) {
  const [then, setThen] = useState<ModelArchitecture | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let isStale = false;
    api.revision(design.id, meta.revision).then(
      (found) => {
        if (!isStale) setThen(found);
      },
      (error: unknown) => {
        if (!isStale) setProblem(explain(error));
      },
    );
    return () => {
      isStale = true;
    };
  }, [design.id, meta.revision]);
  const diff = useMemo(() => (then ? diffDesigns(then, design) : null), [then, design]);
  if (problem !== null) return <p className="sheet__note">{problem}</p>;
  if (!then || !diff) return <Skeleton rows={1} height={80} />;
  const restore = (): void => {
    useDesignStore.getState().setDesign({ ...then, id: design.id });
    onClose();
    toast("Restored", "good", { label: "Undo", run: () => designHistory.getState().undo() });
  };
  const copy = async (): Promise<void> => {
    try {
      const designId = await createDesign({ architecture: then });
      onClose();
      go({ screen: "studio", designId });
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  return (
    <div className="revision__detail">
      <h3 className="revision__heading">What changed since</h3>
      <DiffView diff={diff} />
      <div className="revision__actions">
        <button type="button" className="button button--small button--filled" data-testid="restore-revision" disabled={changeCount(diff) === 0} onClick={restore}>
          Restore
        </button>
        <button type="button" className="button button--small" onClick={() => void copy()}>
          Open as a new design
        </button>
      </div>
    </div>
  );
}
