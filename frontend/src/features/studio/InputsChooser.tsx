/** What a block reads: one of the blocks before it, or several where it joins branches. */
import { useId } from "react";
import { connect, disconnect } from "../../domain/edit";
import { inputCandidates } from "../../domain/fit";
import { formatShape } from "../../domain/format";
import type { Stack, StackRow } from "../../domain/stack";
import type { ModelArchitecture } from "../../domain/types";
import { useDesignStore } from "../../stores/designStore";
import { Icon } from "../../ui/Icon";
import { BlockTile, categoryOf } from "../../ui/parts";

interface Props {
  row: StackRow;
  stack: Stack;
  design: ModelArchitecture;
}

export function InputsChooser({ row, stack, design }: Props) {
  const edit = useDesignStore((state) => state.edit);
  const name = useId();
  const { id } = row.component;
  const joins = (row.block?.maxInputs ?? 1) > 1;
  const candidates = new Map(inputCandidates(design, id).map((candidate) => [candidate.id, candidate]));
  const rows = stack.rows.filter((other) => candidates.has(other.component.id));
  const current = row.sources.map((source) => source.label).join(", ") || "nothing yet";

  const choose = (from: string, isOn: boolean): void => {
    edit((draft) => (isOn ? connect(draft, from, id) : disconnect(draft, from, id)));
  };
  return (
    <details className="inputs" open={joins || row.sources.length === 0}>
      <summary className="inputs__summary">
        <span className="inputs__label">{joins ? "Joins" : "Reads"}</span>
        <span className="inputs__current">{current}</span>
        <Icon name="chevron" size={20} />
      </summary>
      <ul className="inputs__list">
        {rows.map((other) => {
          const candidate = candidates.get(other.component.id);
          return (
            <li key={other.component.id}>
              <label className="inputs__option" data-fits={candidate?.fits}>
                <input
                  type={joins ? "checkbox" : "radio"}
                  name={name}
                  checked={candidate?.connected ?? false}
                  onChange={(event) => choose(other.component.id, event.target.checked)}
                />
                <BlockTile type={other.component.type} category={categoryOf(other.block)} small />
                <span className="inputs__name">{other.label}</span>
                <span className="inputs__shape">{candidate?.shape ? formatShape(candidate.shape) : ""}</span>
              </label>
            </li>
          );
        })}
      </ul>
      {rows.length === 0 && <p className="sheet__note">There is no block before this one.</p>}
    </details>
  );
}
