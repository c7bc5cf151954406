/** The rows of `spec/hyperparameters.json` in their groups, each folded until it is asked for. */
import { type Algorithm, isOfUse } from "../domain/algorithm";
import { groups, type Hyperparameter, type HyperValue } from "../stores/training";
import { Icon } from "../ui/Icon";
import { HyperparameterField } from "./HyperparameterField";

interface Props {
  /** What does not concern it is left out. */
  algorithm: Algorithm;
  rows: readonly Hyperparameter[];
  /** What counts as unchanged. */
  baseOf: (row: Hyperparameter) => HyperValue;
  /** What differs from that, by name. */
  changes: Readonly<Record<string, HyperValue>>;
  onChange: (changes: Record<string, HyperValue>) => void;
}

export function HyperparameterGroups({ algorithm, rows, baseOf, changes, onChange }: Props) {
  const set = (row: Hyperparameter, value: HyperValue): void => {
    const others = Object.fromEntries(Object.entries(changes).filter(([name]) => name !== row.name));
    onChange(value === baseOf(row) ? others : { ...others, [row.name]: value });
  };
  const shown = groups.filter(({ name }) => isOfUse(name, algorithm));
  return shown.map((group) => {
    const own = rows.filter((row) => row.group === group.name);
    if (own.length === 0) return null;
    const changed = own.filter((row) => row.name in changes).length;
    return (
      <details key={group.name} className="inputs" data-group={group.name}>
        <summary className="inputs__summary">
          <span className="inputs__label">{group.label}</span>
          <span className="inputs__current">{changed === 0 ? "" : `${changed} changed`}</span>
          <Icon name="chevron" size={20} />
        </summary>
        <p className="inputs__help">{group.help}</p>
        {own.map((row) => (
          <HyperparameterField key={row.name} row={row} value={changes[row.name] ?? baseOf(row)} onChange={(value) => set(row, value)} />
        ))}
      </details>
    );
  });
}
