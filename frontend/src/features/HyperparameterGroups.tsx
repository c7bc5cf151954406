/** The rows of `spec/hyperparameters.json` in their groups, each folded until it is asked for. */
import type { ReactNode } from "react";
import { type Algorithm, isOfUse } from "../domain/algorithm";
import { groups, type Hyperparameter, type HyperValue } from "../stores/training";
import { Switch } from "../ui/controls";
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
  const valueOf = (row: Hyperparameter): HyperValue => changes[row.name] ?? baseOf(row);
  const shown = groups.filter(({ name }) => isOfUse(name, algorithm));
  return shown.map((group) => {
    const own = rows.filter((row) => row.group === group.name);
    if (own.length === 0) return null;
    const teacher = own.find(({ name }) => name === TEACHER_ROW);
    const isOff = teacher !== undefined && valueOf(teacher) === 0;
    const changed = own.filter((row) => row.name in changes).length;
    const status = isOff ? "off" : teacher ? "on" : changed === 0 ? "" : `${changed} changed`;
    return (
      <Group key={group.name} name={group.name} label={group.label} help={group.help} status={status}>
        {teacher && <TeacherSwitch isOn={!isOff} onChange={(isOn) => set(teacher, isOn ? TEACHER_MOVES : 0)} />}
        {!isOff && own.map((row) => <HyperparameterField key={row.name} row={row} value={valueOf(row)} onChange={(value) => set(row, value)} />)}
      </Group>
    );
  });
}

interface GroupProps {
  name: string;
  label: string;
  help: string;
  status: string;
  children: ReactNode;
}

function Group({ name, label, help, status, children }: GroupProps) {
  return (
    <details className="inputs" data-group={name}>
      <summary className="inputs__summary">
        <span className="inputs__label">{label}</span>
        <span className="inputs__current">{status}</span>
        <Icon name="chevron" size={20} />
      </summary>
      <p className="inputs__help">{help}</p>
      {children}
    </details>
  );
}

/** Moves that the teacher learns from; 0 is no teacher. */
const TEACHER_ROW = "kickstart_moves";
/** What the switch asks for: some twenty seconds. */
const TEACHER_MOVES = 20_000_000;

function TeacherSwitch({ isOn, onChange }: { isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <Switch
      label="A teacher helps at the start"
      help="It learns 2048 by itself in some twenty seconds; its advice then counts less and less. Every result of the run is marked as kick-started."
      value={isOn}
      onChange={onChange}
    />
  );
}
