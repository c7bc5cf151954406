/** Rename, defaults of new blocks, training options, delete. */
import { lazy, type ReactNode, Suspense, useState } from "react";
import { fragmentText } from "../../domain/clipboard";
import { metaProps } from "../../domain/catalogue";
import { setProp } from "../../domain/edit";
import { isDesignName } from "../../domain/parse";
import { stepped, typedNumber, usefulPresets } from "../../domain/steps";
import type { ModelArchitecture } from "../../domain/types";
import { explain } from "../../api/problems";
import { useClipboard } from "../../stores/clipboard";
import { useDesignStore } from "../../stores/designStore";
import { putBack } from "../../stores/designSync";
import { deleteDesign, restoreDesign } from "../../stores/library";
import { go } from "../../stores/route";
import { openSheet } from "../../stores/sheets";
import { startTour } from "../../stores/tour";
import { toast } from "../../stores/toasts";
import { Stepper } from "../../ui/controls";
import { Icon, type IconName } from "../../ui/Icon";
import { Sheet } from "../../ui/Sheet";
import { NameField } from "../NameField";
import { useDesignNow } from "./useOpenDesign";
import { pasteBlocks } from "../graph/actions";

const META_TEXT = {
  d_model: { label: "Width", help: "Width of blocks that you add from now on.", presets: [32, 64, 128, 256] },
  n_heads: { label: "Heads", help: "Attention heads of new transformer layers.", presets: [1, 2, 4, 8] },
  n_experts: { label: "Experts", help: "Experts of new mixtures. 0 counts as 1.", presets: [2, 4, 8] },
};

const ShareSheet = lazy(() => import("../share/ShareSheet"));
const DesignFilesSheet = lazy(() => import("../share/DesignFilesSheet"));

interface Props {
  design: ModelArchitecture;
  onClose: () => void;
  onOptions: () => void;
}

export function MenuSheet({ design, onClose, onOptions }: Props) {
  const saveState = useDesignStore((state) => state.saveState);
  const fragment = useClipboard((state) => state.fragment);
  const leaving = (then: () => void) => (): void => {
    onClose();
    then();
  };
  const [face, setFace] = useState<"menu" | "share" | "files">("menu");
  if (face !== "menu") {
    return <Suspense>{face === "share" ? <ShareSheet design={design} onClose={onClose} /> : <DesignFilesSheet design={design} onClose={onClose} />}</Suspense>;
  }
  return (
    <Sheet key="menu" title="Design" subtitle={`${design.components.length} blocks`} testId="design-menu" onClose={onClose}>
      <Rename design={design} />
      {saveState === "gone" && <Rescue design={design} onClose={onClose} />}
      <button type="button" className="row-button" data-testid="design-share" onClick={() => setFace("share")}>
        <Icon name="share" />
        <span>Share link or QR code</span>
        <Icon name="chevron" size={20} />
      </button>
      <button type="button" className="row-button" data-testid="design-files" onClick={() => setFace("files")}>
        <Icon name="download" />
        <span>Export files</span>
        <Icon name="chevron" size={20} />
      </button>
      {fragment && (
        <Row icon="paste" testId="paste" onClick={leaving(pasteBlocks)}>
          Paste {fragmentText(fragment)}
        </Row>
      )}
      <Row icon="history" testId="design-history" onClick={leaving(() => openSheet({ kind: "history" }))}>
        History
      </Row>
      <Row icon="compare" testId="design-compare" onClick={leaving(() => openSheet({ kind: "compare", design }))}>
        Compare with another design
      </Row>
      <button type="button" className="row-button" onClick={onOptions}>
        <Icon name="tune" />
        <span>Training options</span>
        <Icon name="chevron" size={20} />
      </button>
      <details className="inputs">
        <summary className="inputs__summary">
          <span className="inputs__label">Defaults</span>
          <span className="inputs__current">for new blocks</span>
          <Icon name="chevron" size={20} />
        </summary>
        <MetaFields design={design} />
      </details>
      <Row icon="keyboard" testId="keyboard-help" onClick={leaving(() => openSheet({ kind: "keyboard" }))}>
        Keyboard
      </Row>
      <Row icon="info" testId="tour-again" onClick={leaving(() => startTour(true))}>
        Show the tour again
      </Row>
      <Row icon="list" testId="event-log-row" onClick={leaving(() => openSheet({ kind: "events" }))}>
        Event log
      </Row>
      <Delete design={design} onClose={onClose} />
    </Sheet>
  );
}

interface RowProps {
  icon: IconName;
  testId: string;
  onClick: () => void;
  children: ReactNode;
}

function Row({ icon, testId, onClick, children }: RowProps) {
  return (
    <button type="button" className="row-button" data-testid={testId} onClick={onClick}>
      <Icon name={icon} />
      <span>{children}</span>
      <Icon name="chevron" size={20} />
    </button>
  );
}

function Rename({ design }: { design: ModelArchitecture }) {
  const edit = useDesignStore((state) => state.edit);
  const [name, setName] = useState(design.name);
  const commit = (): void => {
    if (isDesignName(name.trim()) && name.trim() !== design.name) edit((draft) => void (draft.name = name.trim()));
  };
  return (
    <div className="field">
      <NameField
        id="design-name"
        value={name}
        help="Saved when you leave the field."
        onChange={setName}
        onBlur={commit}
        onEnter={(input) => input.blur()}
      />
    </div>
  );
}

function MetaFields({ design: shown }: { design: ModelArchitecture }) {
  const design = useDesignNow(shown);
  const edit = useDesignStore((state) => state.edit);
  const issues = useDesignStore((state) => state.validation?.issues);
  return [...metaProps].map(([name, prop]) => {
    const text = META_TEXT[name];
    const value = design.meta[name];
    const whole = name === "n_heads" ? design.meta.d_model : null;
    const shown = { ...prop, presets: text.presets, step: name === "d_model" ? 8 : 1 };
    const next = (direction: -1 | 1): number => stepped(shown, value, direction, whole);
    const set = (to: number): void => {
      edit((draft) => setProp(draft, null, name, to));
    };
    const error = issues?.find((issue) => issue.component_id === null && issue.prop === name)?.message ?? null;
    return (
      <Stepper
        key={name}
        label={text.label}
        help={text.help}
        value={value}
        isWhole
        presets={usefulPresets(shown, whole, null)}
        error={error}
        canLower={next(-1) !== value}
        canRaise={next(1) !== value}
        onStep={(direction) => set(next(direction))}
        onChange={set}
        parse={(typed) => typedNumber(shown, typed)}
      />
    );
  });
}

function Rescue({ design, onClose }: { design: ModelArchitecture; onClose: () => void }) {
  return (
    <button
      type="button"
      className="button button--filled button--wide"
      onClick={() => {
        onClose();
        void putBack(design.id);
      }}
    >
      Put this design back
    </button>
  );
}

function Delete({ design, onClose }: { design: ModelArchitecture; onClose: () => void }) {
  const remove = async (): Promise<void> => {
    try {
      await deleteDesign(design.id);
      onClose();
      go({ screen: "designs" }, "replace");
      toast(`${design.name} deleted`, "info", { label: "Undo", run: () => void restoreDesign(design.id) });
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  return (
    <button type="button" className="row-button row-button--bad" onClick={() => void remove()}>
      <Icon name="trash" />
      <span>Delete this design</span>
    </button>
  );
}
