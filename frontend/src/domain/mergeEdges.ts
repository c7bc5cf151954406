/** The connections' half of `merge.ts`: for each component the ordered list of what it reads is merged three-way. */
import { catalogue } from "./catalogue";
import type { Conflict, Side } from "./merge";
import type { Edge, ModelArchitecture, ModelComponent } from "./types";

/** For each component the ids it reads, in order: the first decides its shape. */
export type Inputs = Map<string, string[]>;

/** Whether two lists hold the same in the same order. */
export function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}

/** The inputs of every component of a design. */
export function inputsOf(design: ModelArchitecture): Inputs {
  const inputs: Inputs = new Map(design.components.map(({ id }) => [id, []]));
  for (const [from, to] of design.edges) inputs.get(to)?.push(from);
  return inputs;
}

/** What the survivors read once the others are taken out: instead of a block that is gone, its first input. */
export function inputsWithout(inputs: Inputs, alive: ReadonlySet<string>, more: Inputs = inputs): Inputs {
  const standIn = (id: string): string | undefined => {
    const seen = new Set<string>();
    let at: string | undefined = id;
    while (at !== undefined && !alive.has(at)) {
      if (seen.has(at)) return undefined;
      seen.add(at);
      const gone: string = at;
      at = (inputs.get(gone) ?? more.get(gone) ?? []).find((source) => source !== gone);
    }
    return at;
  };
  const left: Inputs = new Map();
  for (const [id, sources] of inputs) {
    if (!alive.has(id)) continue;
    const kept = sources.flatMap((source) => {
      const now = standIn(source);
      // A block may read itself in a draft, but only where somebody drew that.
      return now === undefined || (now === id && source !== id) ? [] : [now];
    });
    left.set(id, [...new Set(kept)]);
  }
  return left;
}

/** The order of one side (mine, unless only theirs moved something), with what only the other has put in its place. */
export function mergeOrder(base: string[], mine: string[], theirs: string[], isIn: (id: string) => boolean): string[] {
  const common = (list: string[], other: ReadonlySet<string>): string[] => list.filter((id) => other.has(id));
  const [baseSet, mineSet] = [new Set(base), new Set(mine)];
  const isMineMoved = !sameList(common(mine, baseSet), common(base, mineSet));
  const isMineGrown = mine.some((id) => !baseSet.has(id));
  const [first, second] = isMineMoved || (isMineGrown && sameList(theirs, base)) ? [mine, theirs] : [theirs, mine];
  const order = first.filter(isIn);
  const placed = new Set(order);
  second.forEach((id, at) => {
    if (placed.has(id) || !isIn(id)) return;
    const before = second.slice(0, at).findLast((other) => placed.has(other));
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
    placed.add(id);
  });
  return order;
}

interface Task {
  components: readonly ModelComponent[];
  base: Inputs;
  mine: Inputs;
  theirs: Inputs;
  isNew: (id: string) => boolean;
  /** Whether only this side added the component. */
  isOnly: (id: string, side: "mine" | "theirs") => boolean;
  choose: (conflict: Conflict) => Side;
}

/** Merges the lists; `dropped` are new blocks of the side that lost a place where both had inserted something. */
export function mergeInputs(task: Task): { inputs: Inputs; dropped: Set<string> } {
  const inputs: Inputs = new Map();
  const disputes = new Map<string, Dispute>();
  for (const { id, type } of task.components) {
    const [base = [], mine, theirs] = [task.base.get(id), task.mine.get(id), task.theirs.get(id)];
    const isMulti = (catalogue.get(type)?.maxInputs ?? Infinity) !== 1;
    const list = merged(base, mine ?? base, theirs ?? base, isMulti);
    inputs.set(id, list ?? mine ?? base);
    if (list === null) {
      const key = [isMulti, base, mine, theirs].map(String).join(" ");
      const dispute = disputes.get(key) ?? { ids: [], isMulti, base, mine: mine ?? base, theirs: theirs ?? base };
      dispute.ids.push(id);
      disputes.set(key, dispute);
    }
  }
  const dropped = new Set<string>();
  for (const dispute of disputes.values()) settle(task, dispute, inputs, dropped);
  for (const [id, list] of inputs) inputs.set(id, list.filter((source) => !dropped.has(source)));
  return { inputs, dropped };
}

/** Several readers of one place, such as both outputs, are one dispute. */
interface Dispute {
  ids: string[];
  isMulti: boolean;
  base: string[];
  mine: string[];
  theirs: string[];
}

/** Null where the two sides cannot both have their way. */
function merged(base: string[], mine: string[], theirs: string[], isMulti: boolean): string[] | null {
  if (sameList(theirs, base) || sameList(mine, theirs)) return mine;
  if (sameList(mine, base)) return theirs;
  const areFirstsApart = mine[0] !== base[0] && theirs[0] !== base[0] && mine[0] !== theirs[0];
  return isMulti && !areFirstsApart ? joined(base, mine, theirs) : null;
}

/** What neither side took away and what either added, in the order of the side that changed the first. */
function joined(base: string[], mine: string[], theirs: string[]): string[] {
  const [first, second] = mine[0] === base[0] ? [theirs, mine] : [mine, theirs];
  const stays = (id: string): boolean => !base.includes(id) || (mine.includes(id) && theirs.includes(id));
  return [...first, ...second.filter((id) => !first.includes(id))].filter(stays);
}

function settle(task: Task, dispute: Dispute, inputs: Inputs, dropped: Set<string>): void {
  const { ids, isMulti, base, mine, theirs } = dispute;
  const myChain = isMulti ? null : chain(task, inputs, "mine", mine[0], base[0]);
  const theirChain = isMulti ? null : chain(task, inputs, "theirs", theirs[0], base[0]);
  const canBoth = isMulti || (myChain !== null && theirChain !== null);
  const can: Side[] = canBoth ? ["mine", "theirs", "both"] : ["mine", "theirs"];
  const side = task.choose({ kind: "inputs", key: `inputs ${ids.join(" ")}`, can, ids, base, mine, theirs });
  const winner = side === "theirs" ? theirs : mine;
  const loser = side === "theirs" ? myChain : theirChain;
  if (side !== "both") {
    ids.forEach((id) => inputs.set(id, winner));
    const isRead = (id: string): boolean => [...inputs].some(([reader, list]) => list.includes(id) && !loser?.includes(reader));
    const firstRead = loser?.findIndex(isRead) ?? -1;
    loser?.slice(0, firstRead < 0 ? undefined : firstRead).forEach((id) => dropped.add(id));
  } else if (isMulti) {
    ids.forEach((id) => inputs.set(id, joined(base, mine, theirs)));
  } else {
    // Both inserted something at one place: theirs goes behind mine.
    ids.forEach((id) => inputs.set(id, theirs));
    const entry = theirChain?.at(-1);
    if (entry !== undefined) inputs.set(entry, mine);
  }
}

/** The new blocks of one side from `end` back to where they leave what both know; null where it is no plain chain. */
function chain(task: Task, inputs: Inputs, side: "mine" | "theirs", end: string | undefined, start: string | undefined): string[] | null {
  const found: string[] = [];
  let at = end;
  while (at !== undefined && at !== start) {
    const sources: string[] = (side === "mine" ? task.mine : task.theirs).get(at) ?? [];
    if (!task.isOnly(at, side) || found.includes(at) || sources.length !== 1 || !inputs.has(at)) return null;
    found.push(at);
    at = sources[0];
  }
  return at !== undefined && found.length > 0 ? found : null;
}

/** The edges in a familiar order, whose order per target is that of `inputs`. */
export function mergeEdges(
  base: readonly Edge[],
  mine: readonly Edge[],
  theirs: readonly Edge[],
  inputs: Inputs,
  alive: ReadonlySet<string>,
): Edge[] {
  const wanted = new Map<string, Edge>();
  for (const [to, sources] of inputs) {
    if (!alive.has(to)) continue;
    sources.filter((from) => alive.has(from)).forEach((from) => wanted.set(`${from} ${to}`, [from, to]));
  }
  const keys = (edges: readonly Edge[]): string[] => [...new Set(edges.map(([from, to]) => `${from} ${to}`))];
  const order = mergeOrder(keys(base), keys(mine), keys(theirs), (key) => wanted.has(key));
  const edges = [...new Set([...order, ...wanted.keys()])].map((key) => wanted.get(key));
  return inInputOrder(edges.filter((edge) => edge !== undefined), inputs);
}

/** Keeps each target's places in the list, and fills them in the order in which it reads. */
function inInputOrder(edges: readonly Edge[], inputs: Inputs): Edge[] {
  const present = new Set(edges.map(([from, to]) => `${from} ${to}`));
  const next = new Map<string, number>();
  return edges.map(([, to]) => {
    const sources = (inputs.get(to) ?? []).filter((from) => present.has(`${from} ${to}`));
    const at = next.get(to) ?? 0;
    next.set(to, at + 1);
    return [sources[at] ?? "", to];
  });
}
