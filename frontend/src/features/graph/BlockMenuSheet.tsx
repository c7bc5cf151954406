/** What a long press on a block opens; the bar's "More" does the same. */
import type { Place } from "../../domain/edit";
import type { Stack, StackRow } from "../../domain/stack";
import type { ModelArchitecture } from "../../domain/types";
import { askAbout, selectBlocks, setSelecting, startConnecting, useCanvas } from "../../stores/canvas";
import { copyComponents } from "../../stores/clipboard";
import { useDesignStore } from "../../stores/designStore";
import { Icon, type IconName } from "../../ui/Icon";
import { BlockTile, categoryOf } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { duplicateBlocks, hasConnections, isolateBlock, removeBlocks } from "./actions";
import { insertPlace } from "./GraphBar";

interface Props {
  row: StackRow;
  stack: Stack;
  design: ModelArchitecture;
  onInsert: (place: Place) => void;
}

export function BlockMenuSheet({ row, stack, onInsert }: Props) {
  const { component, block } = row;
  const { id } = component;
  const isSource = block?.maxInputs === 0;
  const isHead = block?.isHead ?? false;
  const close = (): void => askAbout(null);
  const thenInsert = (place: Place): void => {
    close();
    onInsert(place);
  };
  const edit = (): void => {
    close();
    useDesignStore.getState().select(id);
  };
  const copy = (): void => {
    close();
    copyComponents([id]);
  };
  const more = (): void => {
    close();
    setSelecting(true);
    selectBlocks([...useCanvas.getState().selection, id]);
  };
  const connectAt = (side: "in" | "out"): void => {
    selectBlocks([id]);
    startConnecting(id, side);
  };
  return (
    <Sheet
      title={row.label}
      subtitle={row.summary || block?.summary}
      icon={<BlockTile type={component.type} category={categoryOf(block)} />}
      testId="block-menu"
      onClose={close}
    >
      <Row icon="pencil" label="Edit" onClick={edit} />
      {!isHead && <Row icon="connect" label="Connect from here" onClick={() => connectAt("out")} />}
      {!isSource && <Row icon="connect" label="Choose what it reads" onClick={() => connectAt("in")} />}
      {!isHead && <Row icon="add" label="Insert after" onClick={() => thenInsert(insertPlace(stack, id))} />}
      {!isHead && <Row icon="branch" label="Branch off here" onClick={() => thenInsert({ kind: "after", from: id })} />}
      {!isSource && <Row icon="copy" label="Duplicate" onClick={() => duplicateBlocks([id])} />}
      <Row icon="paste" label="Copy" onClick={copy} />
      <Row icon="lasso" label="Select more" onClick={more} />
      {hasConnections(id) && <Row icon="unlink" label="Disconnect" onClick={() => isolateBlock(id)} />}
      <Row icon="trash" label="Delete" isBad onClick={() => removeBlocks([id])} />
    </Sheet>
  );
}

function Row({ icon, label, isBad = false, onClick }: { icon: IconName; label: string; isBad?: boolean; onClick: () => void }) {
  return (
    <button type="button" className={`row-button row-button--plain${isBad ? " row-button--bad" : ""}`} onClick={onClick}>
      <Icon name={icon} />
      <span>{label}</span>
    </button>
  );
}
