/** What can be done with a design from the list: rename, duplicate, share, export, delete with undo. */
import { lazy, Suspense, useState } from "react";
import { explain } from "../../api/problems";
import type { DesignMeta } from "../../api/types";
import { isDesignName } from "../../domain/parse";
import type { ModelArchitecture } from "../../domain/types";
import { deleteDesign, duplicateDesign, readDesign, renameDesign, restoreDesign } from "../../stores/library";
import { toast } from "../../stores/toasts";
import { Icon, type IconName } from "../../ui/Icon";
import { Spinner } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { NameField } from "../NameField";

const ShareSheet = lazy(() => import("../share/ShareSheet"));
const DesignFilesSheet = lazy(() => import("../share/DesignFilesSheet"));

type Face = { kind: "menu" } | { kind: "rename" } | { kind: "share" | "files"; design: ModelArchitecture };

interface Props {
  meta: DesignMeta;
  onClose: () => void;
}

export function DesignActionsSheet({ meta, onClose }: Props) {
  const [face, setFace] = useState<Face>({ kind: "menu" });
  const [busy, setBusy] = useState<string | null>(null);

  /** Runs one action at a time; what goes wrong is said. */
  const act = async (name: string, action: () => Promise<void>): Promise<void> => {
    if (busy !== null) return;
    setBusy(name);
    try {
      await action();
    } catch (error) {
      toast(explain(error), "bad");
    } finally {
      setBusy(null);
    }
  };
  const duplicate = async (): Promise<void> => {
    await duplicateDesign(meta.id);
    onClose();
    toast("Copied. The copy is the first in the list.", "good");
  };
  const remove = async (): Promise<void> => {
    await deleteDesign(meta.id);
    onClose();
    toast(`${meta.name} deleted`, "info", { label: "Undo", run: () => void restoreDesign(meta.id).catch(sayWhy) });
  };
  const open = (kind: "share" | "files") => async (): Promise<void> => setFace({ kind, design: await readDesign(meta.id) });

  switch (face.kind) {
    case "rename":
      return <RenameSheet meta={meta} onClose={onClose} />;
    case "share":
    case "files":
      return (
        <Suspense>
          {face.kind === "share" ? <ShareSheet design={face.design} onClose={onClose} /> : <DesignFilesSheet design={face.design} onClose={onClose} />}
        </Suspense>
      );
    case "menu":
      return (
        <Sheet key="menu" title={meta.name} testId="design-actions" onClose={onClose}>
          <Action name="rename" icon="pencil" text="Rename" busy={busy} onTap={() => setFace({ kind: "rename" })} />
          <Action name="duplicate" icon="copy" text="Duplicate" busy={busy} onTap={() => void act("duplicate", duplicate)} />
          <Action name="share" icon="share" text="Share link or QR code" busy={busy} onTap={() => void act("share", open("share"))} />
          <Action name="files" icon="download" text="Export files" busy={busy} onTap={() => void act("files", open("files"))} />
          <Action name="delete" icon="trash" text="Delete" busy={busy} isBad onTap={() => void act("delete", remove)} />
        </Sheet>
      );
  }
}

function sayWhy(error: unknown): void {
  toast(explain(error), "bad");
}

interface ActionProps {
  name: string;
  icon: IconName;
  text: string;
  busy: string | null;
  isBad?: boolean;
  onTap: () => void;
}

function Action({ name, icon, text, busy, isBad = false, onTap }: ActionProps) {
  return (
    <button type="button" className={isBad ? "row-button row-button--bad" : "row-button"} data-testid={`design-${name}`} onClick={onTap}>
      {busy === name ? <Spinner label={text} /> : <Icon name={icon} />}
      <span>{text}</span>
    </button>
  );
}

function RenameSheet({ meta, onClose }: Props) {
  const [name, setName] = useState(meta.name);
  const isGood = isDesignName(name.trim());
  const save = async (): Promise<void> => {
    if (!isGood) return;
    try {
      if (name.trim() !== meta.name) await renameDesign(meta.id, name.trim());
      onClose();
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  return (
    <Sheet
      key="rename"
      title="Rename"
      testId="rename-sheet"
      onClose={onClose}
      footer={
        <button type="button" className="button button--filled button--wide" data-testid="rename-save" aria-disabled={!isGood} onClick={() => void save()}>
          Rename
        </button>
      }
    >
      <NameField
        id="rename-name"
        value={name}
        help="Two designs may have the same name."
        onChange={setName}
        onFocus={(input) => input.select()}
        onEnter={() => void save()}
      />
    </Sheet>
  );
}
