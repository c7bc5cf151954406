/** The design as this run trained it, compared with what it is now. */
import { useState } from "react";
import { api } from "../../api/client";
import { explain, Problem } from "../../api/problems";
import type { RunDetail } from "../../api/types";
import type { ModelArchitecture } from "../../domain/types";
import { readDesign } from "../../stores/library";
import { openSheet } from "../../stores/sheets";
import { toast } from "../../stores/toasts";
import { Icon } from "../../ui/Icon";
import { Spinner } from "../../ui/parts";

/** A design that was deleted is compared with itself: there is nothing else. */
function ifGone(trained: ModelArchitecture): (error: unknown) => ModelArchitecture {
  return (error) => {
    if (error instanceof Problem && error.status === 404) return trained;
    throw error;
  };
}

export function TrainedDesign({ run }: { run: RunDetail }) {
  const [isBusy, setBusy] = useState(false);
  const show = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    try {
      const trained = await api.runDesign(run.id);
      const now = await readDesign(run.design_id).catch(ifGone(trained));
      const isGone = now === trained;
      openSheet({ kind: "compare", design: trained, title: "the trained design", with: now, withTitle: isGone ? "itself: the design is gone by now" : "the design now" });
    } catch (error) {
      toast(explain(error), "bad");
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" className="row-button" data-testid="trained-design" aria-busy={isBusy} onClick={() => void show()}>
      <Icon name="compare" />
      <span>The design it trained, and what changed since</span>
      {isBusy ? <Spinner label="Loading" /> : <Icon name="chevron" size={20} />}
    </button>
  );
}
