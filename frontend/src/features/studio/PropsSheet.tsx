/** Everything about one block: its props, what it reads, what is wrong with it, and what can be done with it. */
import {
  canMove,
  componentOf,
  duplicateBlock,
  effectiveValue,
  moveBlock,
  removeBlock,
  setProp,
  setWidthEverywhere,
  shownProps,
} from "../../domain/edit";
import { formatCount, formatFlops, formatPercent } from "../../domain/format";
import { outputText, type Stack, type StackRow } from "../../domain/stack";
import type { ModelArchitecture } from "../../domain/types";
import { copyComponents } from "../../stores/clipboard";
import { useDesignStore } from "../../stores/designStore";
import { toast } from "../../stores/toasts";
import { undo } from "../../stores/undo";
import { Icon } from "../../ui/Icon";
import { BlockTile, categoryOf } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { Effect } from "./Effect";
import { InputsChooser } from "./InputsChooser";
import { PropField } from "./PropField";
import { useDesignNow } from "./useOpenDesign";
import { IssueRow } from "./ValidationBanner";

interface Props {
  row: StackRow;
  stack: Stack;
  design: ModelArchitecture;
  onClose: () => void;
}

export function PropsSheet({ row, stack, design: shown, onClose }: Props) {
  const edit = useDesignStore((state) => state.edit);
  const design = useDesignNow(shown);
  const { block } = row;
  const component = componentOf(design, row.component.id) ?? row.component;
  const props = shownProps(design, component);
  const uneven = unevenWidth(design, row);
  // An issue of a number stands beside it, with its repair; the rest stands above.
  const numbers = new Set(props.filter(({ kind }) => kind === "int" || kind === "float").map(({ name }) => name));
  const general = row.issues.filter(({ prop, severity }) => prop === null || severity !== "error" || !numbers.has(prop));
  return (
    <Sheet
      title={row.label}
      subtitle={block?.summary ?? "This kind of block is not in the catalogue."}
      icon={<BlockTile type={component.type} category={categoryOf(block)} />}
      testId="props-sheet"
      onClose={onClose}
      footer={
        <>
          <Effect />
          <Actions row={row} design={design} onClose={onClose} />
        </>
      }
    >
      {general.length > 0 && (
        <ul className="issues">
          {general.map((issue, at) => (
            <IssueRow key={`${issue.code} ${at}`} issue={issue} stack={null} onOpen={null} />
          ))}
        </ul>
      )}
      {props.map((prop) => (
        <PropField
          key={prop.name}
          design={design}
          component={component}
          prop={prop}
          onChange={(value) => edit((draft) => setProp(draft, component.id, prop.name, value))}
        >
          {prop.name === "d_model" && uneven !== null && (
            <button type="button" className="button button--small issue__fix" onClick={() => edit((draft) => setWidthEverywhere(draft, uneven))}>
              Use {uneven} in every block
            </button>
          )}
        </PropField>
      ))}
      {props.length === 0 && <p className="sheet__note">This block has nothing to set.</p>}
      {block && block.maxInputs > 0 && <InputsChooser row={row} stack={stack} design={design} />}
      <Facts row={row} stack={stack} />
    </Sheet>
  );
}

/** What comes in and out, and what it costs. */
function Facts({ row, stack }: { row: StackRow; stack: Stack }) {
  const flops = useDesignStore((state) => state.analysis?.componentFlops[row.component.id] ?? 0);
  const [first] = row.sources;
  const source = stack.rows.find(({ component }) => component.id === first?.id);
  const takes = source ? outputText(source) : null;
  const gives = outputText(row) ?? "unknown";
  return (
    <dl className="facts facts--grid">
      <div>
        <dt>{takes === null ? "Gives" : "Takes → gives"}</dt>
        <dd>{takes === null ? gives : `${takes} → ${gives}`}</dd>
      </div>
      <div>
        <dt>Parameters</dt>
        <dd>
          {formatCount(row.params)}
          {row.params > 0 && <span className="facts__aside"> {formatPercent(row.share)}</span>}
        </dd>
      </div>
      <div>
        <dt>Per board</dt>
        <dd>{formatFlops(flops)}</dd>
      </div>
    </dl>
  );
}

/** The width of this block where some other block has another one. */
function unevenWidth(design: ModelArchitecture, { component, block }: StackRow): number | null {
  const prop = block?.props.get(block.inputWidth ?? (block.type === "embedding" ? (block.outputWidth ?? "") : ""));
  const width = prop ? effectiveValue(design, component, prop) : null;
  if (typeof width !== "number" || !prop || (prop.multipleOf && width % prop.multipleOf !== 0)) return null;
  const isUneven = design.components.some((other) => {
    const value = other.props["d_model"];
    return typeof value === "number" && value !== width;
  });
  return isUneven ? width : null;
}

function Actions({ row, design, onClose }: { row: StackRow; design: ModelArchitecture; onClose: () => void }) {
  const edit = useDesignStore((state) => state.edit);
  const { id } = row.component;
  const isSource = row.block?.maxInputs === 0;
  const remove = (): void => {
    onClose();
    edit((draft) => removeBlock(draft, id));
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-testid="add-block"]')?.focus({ preventScroll: true }));
    toast(`${row.label} removed`, "info", { label: "Undo", run: undo });
  };
  const duplicate = (): void => {
    const copy = edit((draft) => duplicateBlock(draft, id));
    if (copy) useDesignStore.getState().select(copy);
  };
  return (
    <div className="actions">
      <button type="button" className="action" disabled={!canMove(design, id, "up")} onClick={() => edit((draft) => moveBlock(draft, id, "up"))}>
        <Icon name="up" size={22} />
        Move up
      </button>
      <button type="button" className="action" disabled={!canMove(design, id, "down")} onClick={() => edit((draft) => moveBlock(draft, id, "down"))}>
        <Icon name="down" size={22} />
        Move down
      </button>
      <button type="button" className="action" disabled={isSource} onClick={duplicate}>
        <Icon name="copy" size={22} />
        Duplicate
      </button>
      <button type="button" className="action" data-testid="copy-block" onClick={() => copyComponents([id])}>
        <Icon name="paste" size={22} />
        Copy
      </button>
      <button type="button" className="action action--bad" onClick={remove}>
        <Icon name="trash" size={22} />
        Delete
      </button>
    </div>
  );
}
