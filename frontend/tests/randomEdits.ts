/** Seeded random edits of a design, as two users might make them. */
import { catalogue } from "../src/domain/catalogue";
import { canMove, connect, disconnect, duplicateBlock, insertBlock, moveBlock, removeBlock, setProp } from "../src/domain/edit";
import type { ModelArchitecture } from "../src/domain/types";

export type Random = () => number;

/** Mulberry32: small, seeded, good enough to choose edits. */
export function random(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function one<T>(list: readonly T[], roll: Random): T | undefined {
  return list[Math.floor(roll() * list.length)];
}

type Change = (draft: ModelArchitecture, roll: Random) => void;

const changes: Change[] = [
  (draft, roll) => {
    const component = one(draft.components, roll);
    const prop = one([...(catalogue.get(component?.type ?? "")?.props.values() ?? [])], roll);
    if (!component || !prop) return;
    if (prop.kind === "bool") setProp(draft, component.id, prop.name, roll() < 0.5);
    else if (prop.kind === "enum") setProp(draft, component.id, prop.name, one(prop.choices, roll)?.value ?? "");
    else setProp(draft, component.id, prop.name, Math.floor(roll() * 5) * 8);
  },
  (draft, roll) => {
    const [from, to] = one(draft.edges, roll) ?? [];
    const type = one([...catalogue.keys()], roll);
    if (from && to && type) insertBlock(draft, type, { kind: "edge", from, to, withHeads: roll() < 0.5 });
  },
  (draft, roll) => {
    const component = one(draft.components, roll);
    if (component) removeBlock(draft, component.id);
  },
  (draft, roll) => {
    const component = one(draft.components, roll);
    if (component) duplicateBlock(draft, component.id);
  },
  (draft, roll) => {
    const component = one(draft.components, roll);
    const direction = roll() < 0.5 ? "up" : "down";
    if (component && canMove(draft, component.id, direction)) moveBlock(draft, component.id, direction);
  },
  (draft, roll) => {
    const [from, to] = [one(draft.components, roll), one(draft.components, roll)];
    if (from && to && from !== to) connect(draft, from.id, to.id);
  },
  (draft, roll) => {
    const [from, to] = one(draft.edges, roll) ?? [];
    if (from && to) disconnect(draft, from, to);
  },
  (draft, roll) => {
    draft.name = `Name ${Math.floor(roll() * 3)}`;
  },
  (draft, roll) => {
    setProp(draft, null, one(["d_model", "n_heads", "n_experts"], roll) ?? "d_model", 1 + Math.floor(roll() * 8));
  },
];

/** Makes `count` edits of random kinds. */
export function randomEdits(draft: ModelArchitecture, roll: Random, count: number): void {
  for (let at = 0; at < count; at += 1) one(changes, roll)?.(draft, roll);
}
