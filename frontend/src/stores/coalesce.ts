/** Which edits are one step of undo: taps in a row on one stepper, and the moves of one drag. */
import { isLayout } from "../domain/same";
import type { ModelArchitecture } from "../domain/types";

const PAUSE_MS = 600;

/** Names what changed if it was one prop of one block, the place of blocks, or one number of meta; else null. */
export function touched(before: ModelArchitecture, after: ModelArchitecture): string | null {
  if (before.edges !== after.edges || before.name !== after.name || before.id !== after.id) return null;
  if (before.components === after.components) return numberOfMeta(before, after);
  if (before.meta !== after.meta || before.components.length !== after.components.length) return null;
  const changed = after.components.filter((component, at) => component !== before.components[at]);
  const names = changed.map((component) => {
    const was = before.components.find(({ id }) => id === component.id);
    return was?.type === component.type ? propsThatDiffer(was.props, component.props) : null;
  });
  if (names.some((list) => list === null)) return null;
  if (names.every((list) => list?.every(isLayout))) return `place ${changed.map(({ id }) => id).join(" ")}`;
  const [only] = changed;
  return only && changed.length === 1 && names[0]?.length === 1 ? `prop ${only.id} ${names[0][0]}` : null;
}

function propsThatDiffer(a: object, b: object): string[] {
  const [before, after] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))];
  return [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name));
}

function numberOfMeta(before: ModelArchitecture, after: ModelArchitecture): string | null {
  const [name, ...more] = propsThatDiffer(before.meta, after.meta);
  return name !== undefined && more.length === 0 ? `meta ${name}` : null;
}

/** Remembers the last edit; `joins` says whether the next one belongs to it. */
export class Coalescer {
  private last: { key: string; at: number; after: ModelArchitecture } | null = null;

  /** The next edit is a step of its own, whatever it changes. */
  end(): void {
    this.last = null;
  }

  joins(before: ModelArchitecture, after: ModelArchitecture, at: number): boolean {
    const key = touched(before, after);
    const isSame = key !== null && this.last?.key === key && this.last.after === before && at - this.last.at < PAUSE_MS;
    this.last = key === null ? null : { key, at, after };
    return isSame;
  }
}
