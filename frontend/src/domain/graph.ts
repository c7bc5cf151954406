/** A parsed design as a graph, twin of `app/designs/graph.py`. Every walk is iterative: 512 blocks may be in a row. */
import type { Block, MetaName } from "./catalogue";
import type { Edge, PropValue } from "./types";

/** One node. `block` is null where its type is unknown; a value is null where it was malformed. */
export class Component {
  constructor(
    readonly id: string,
    readonly type: string,
    readonly block: Block | null,
    readonly props: ReadonlyMap<string, PropValue>,
    readonly values: ReadonlyMap<string, PropValue | null>,
  ) {}

  /** How messages name it, for example `Transformer layer "t"`. */
  get text(): string {
    return `${this.block ? this.block.title : "Block"} "${this.id}"`;
  }

  /** The value of an integer prop, or null where it is absent or malformed. */
  whole(prop: string): number | null {
    const value = this.values.get(prop);
    return typeof value === "number" && Number.isInteger(value) ? value : null;
  }
}

type Neighbours = ReadonlyMap<string, readonly string[]>;

/** What could be read of a document; `edges` join known components and hold no repetition. */
export class Design {
  readonly byId: ReadonlyMap<string, Component>;
  /** For each component the ids it reads, in the order of the edges. */
  readonly inputs: Neighbours;
  /** For each component the ids that read it, in the order of the edges. */
  readonly outputs: Neighbours;
  /** Ids in forward order (Kahn's algorithm, ties by document order); ids behind a loop are left out. */
  readonly order: readonly string[];
  private loops: Set<string> | null = null;

  constructor(
    readonly id: string | null,
    readonly name: string,
    readonly version: number,
    readonly meta: ReadonlyMap<MetaName, number>,
    readonly components: readonly Component[],
    readonly edges: readonly Edge[],
    readonly selfEdges: readonly Edge[] = [],
  ) {
    this.byId = new Map(components.map((component) => [component.id, component]));
    this.inputs = this.neighbours(([from, to]) => [to, from]);
    this.outputs = this.neighbours((edge) => edge);
    this.order = peel(this.inputs, this.outputs);
  }

  private neighbours(orient: (edge: Edge) => Edge): Neighbours {
    const found = new Map<string, string[]>(this.components.map(({ id }) => [id, []]));
    for (const edge of this.edges) {
      const [here, there] = orient(edge);
      found.get(here)?.push(there);
    }
    return found;
  }

  inputsOf(id: string): readonly string[] {
    return this.inputs.get(id) ?? [];
  }

  outputsOf(id: string): readonly string[] {
    return this.outputs.get(id) ?? [];
  }

  /** The components of one type, in document order. */
  ofType(type: string): Component[] {
    return this.components.filter((component) => component.type === type);
  }

  /** Whether moves are chosen by the boards that they lead to, not by a policy. */
  get playsAfterstates(): boolean {
    return this.ofType("action_output").some(({ values }) => values.get("chooses") === "afterstates");
  }

  /** Ids that lie on a loop or between two loops, in document order. */
  get looped(): ReadonlySet<string> {
    this.loops ??= this.findLoops();
    return this.loops;
  }

  private findLoops(): Set<string> {
    const settled = new Set(this.order);
    const rest = this.components.map(({ id }) => id).filter((id) => !settled.has(id));
    const left = new Set(rest);
    const within = (neighbours: Neighbours): Neighbours =>
      new Map(rest.map((id) => [id, (neighbours.get(id) ?? []).filter((other) => left.has(other))]));
    const ends = new Set(peel(within(this.outputs), within(this.inputs)));
    return new Set(rest.filter((id) => !ends.has(id)));
  }

  /**
   * The ids that a gradient checkpoint computes twice: the chain behind it. It ends after as many blocks as the prop
   * `blocks` says, and before a branch, a merge, a head or the next checkpoint.
   */
  checkpointed(id: string): string[] {
    const chain: string[] = [];
    const most = this.byId.get(id)?.whole("blocks") ?? 0;
    let [next, ...others] = this.outputsOf(id);
    while (chain.length < most && next !== undefined && others.length === 0) {
      const component = this.byId.get(next);
      const isLink = component?.block && !component.block.isHead && component.type !== "grad_checkpoint";
      if (!isLink || this.inputsOf(next).length !== 1 || chain.includes(next)) break;
      chain.push(next);
      [next, ...others] = this.outputsOf(next);
    }
    return chain;
  }

  /** The ids that can be walked to from `starts`, which are included. */
  reachedFrom(starts: Iterable<string>, backwards = false): Set<string> {
    const onward = backwards ? this.inputs : this.outputs;
    const seen = new Set(starts);
    const queue = [...seen];
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      for (const next of onward.get(id) ?? []) {
        if (!seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
      }
    }
    return seen;
  }
}

function peel(inputs: Neighbours, outputs: Neighbours): string[] {
  const waiting = new Map([...inputs].map(([id, sources]) => [id, sources.length]));
  const order = [...waiting].filter(([, count]) => count === 0).map(([id]) => id);
  // The array grows while it is walked: it is the queue and the answer at once.
  for (const id of order) {
    for (const target of outputs.get(id) ?? []) {
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0) order.push(target);
    }
  }
  return order;
}
