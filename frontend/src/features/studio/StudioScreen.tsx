/** One design: its stack of cards, what validation says, and Compile and Train within reach of a thumb. */
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { Place } from "../../domain/edit";
import { sameNetwork } from "../../domain/network";
import { buildStack, defaultPlace } from "../../domain/stack";
import type { ModelArchitecture } from "../../domain/types";
import { revealBlock, selectBlocks, useCanvas } from "../../stores/canvas";
import { useDesignStore } from "../../stores/designStore";
import { closeDesign, openDesign, useSync } from "../../stores/designSync";
import { loadRuns } from "../../stores/library";
import { go } from "../../stores/route";
import { useTraining } from "../../stores/training";
import { startTour } from "../../stores/tour";
import { Icon } from "../../ui/Icon";
import { Empty, Skeleton } from "../../ui/parts";
import { SyncBanner } from "../sync/SyncBanner";
import { CompiledCard, CompileSheet } from "./CompileSheet";
import { Dock } from "./Dock";
import { FailureSheet } from "./FailureSheet";
import { MenuSheet } from "./MenuSheet";
import { PaletteSheet } from "./PaletteSheet";
import { PropsSheet } from "./PropsSheet";
import { RunsSheet } from "./RunsSheet";
import { StackList } from "./StackList";
import { StudioHeader } from "./StudioHeader";
import { TrainOptionsSheet } from "./TrainOptionsSheet";
import { Tour } from "./Tour";
import { useOpenDesign } from "./useOpenDesign";
import { useShortcuts } from "./useShortcuts";
import { ValidationBanner } from "./ValidationBanner";

// Konva is only loaded by those who open the graph.
const GraphFace = lazy(() => import("../graph/GraphFace"));

export type StudioSheet =
  | { kind: "palette"; place: Place }
  | { kind: "menu" }
  | { kind: "runs" }
  | { kind: "source" }
  | { kind: "options" }
  | null;

export function StudioScreen({ designId }: { designId: string }) {
  const { design, analysis } = useOpenDesign();
  const selectedId = useDesignStore((state) => state.selectedId);
  const select = useDesignStore((state) => state.select);
  const openState = useSync((state) => state.openState);
  const { compiled, failure } = useTraining();
  const [sheet, setSheet] = useState<StudioSheet>(null);
  const face = useCanvas((state) => state.face);

  useEffect(() => {
    void openDesign(designId);
    void loadRuns();
    return () => void closeDesign();
  }, [designId]);

  useShortcuts();
  const isReady = useDesignStore((state) => state.validation?.valid === true && (state.currentDesign?.components.length ?? 0) > 2);
  useEffect(() => {
    if (isReady) startTour();
  }, [isReady]);

  const isShown = design !== null && design.id === designId;
  const network = useNetwork(isShown ? design : null);
  const stack = useMemo(() => (network ? buildStack(network, analysis) : null), [network, analysis]);
  const selected = stack?.rows.find((row) => row.component.id === selectedId);

  if (openState === "missing") return <Gone />;
  if (openState === "unreachable") return <Away designId={designId} />;
  if (!stack || !isShown) {
    return (
      <div className="screen">
        <header className="bar bar--skeleton" />
        <main className="studio__main" aria-busy="true">
          <Skeleton rows={5} height={76} />
        </main>
      </div>
    );
  }
  const insert = (place: Place): void => setSheet({ kind: "palette", place });
  const showBlock = (id: string): void => {
    if (face === "graph") {
      selectBlocks([id]);
      revealBlock(id);
    } else {
      select(id);
    }
  };
  return (
    <div className="screen studio" data-face={face}>
      <StudioHeader design={design} onMenu={() => setSheet({ kind: "menu" })} onRuns={() => setSheet({ kind: "runs" })} />
      <SyncBanner designId={designId} />
      <main className="studio__main">
        <ValidationBanner stack={stack} onOpen={showBlock} />
        {face === "graph" ? (
          <Suspense fallback={<p className="graph__empty">Loading the graph…</p>}>
            <GraphFace design={design} stack={stack} onInsert={insert} />
          </Suspense>
        ) : (
          <StackList stack={stack} onOpen={select} onInsert={insert} />
        )}
      </main>
      <Dock
        onAdd={() => setSheet({ kind: "palette", place: defaultPlace(stack) })}
        onOptions={() => setSheet({ kind: "options" })}
      >
        {compiled?.designId === designId && <CompiledCard onSource={() => setSheet({ kind: "source" })} />}
      </Dock>
      {selected && <PropsSheet key={selected.component.id} row={selected} stack={stack} design={design} onClose={() => select(null)} />}
      {sheet?.kind === "palette" && (
        <PaletteSheet design={design} stack={stack} place={sheet.place} onClose={() => setSheet(null)} />
      )}
      {sheet?.kind === "menu" && <MenuSheet design={design} onClose={() => setSheet(null)} onOptions={() => setSheet({ kind: "options" })} />}
      {sheet?.kind === "runs" && <RunsSheet design={design} onClose={() => setSheet(null)} />}
      {sheet?.kind === "source" && compiled && <CompileSheet onClose={() => setSheet(null)} />}
      {sheet?.kind === "options" && <TrainOptionsSheet onClose={() => setSheet(null)} />}
      {failure && <FailureSheet />}
      <Tour />
    </div>
  );
}

/** The design, the same object as long as only places or the name change: nothing of the cards depends on those. */
function useNetwork(design: ModelArchitecture | null): ModelArchitecture | null {
  const [network, setNetwork] = useState(design);
  if (network === design) return network;
  if (network && design && sameNetwork(network, design)) return network;
  setNetwork(design);
  return design;
}

function Gone() {
  return (
    <main className="screen screen--centered">
      <Empty
        icon="warning"
        title="No such design"
        action={
          <button type="button" className="button button--filled" onClick={() => go({ screen: "designs" }, "replace")}>
            All designs
          </button>
        }
      >
        It may have been deleted on another device.
      </Empty>
    </main>
  );
}

function Away({ designId }: { designId: string }) {
  return (
    <main className="screen screen--centered">
      <Empty
        icon="offline"
        title="The server cannot be reached"
        action={
          <button type="button" className="button button--filled" onClick={() => void openDesign(designId)}>
            <Icon name="refresh" size={20} />
            Try again
          </button>
        }
      >
        This design was not opened on this phone before, so there is no copy of it here.
      </Empty>
    </main>
  );
}
