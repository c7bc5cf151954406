/**
 * Three-way merge of designs. What only one side changed is taken; what both changed differently is a conflict, for
 * which `choices` says whose version counts (mine, where nothing was chosen). The result has unique ids and no
 * connection that ends nowhere.
 */
import { catalogue, type MetaName, metaProps } from "./catalogue";
import { freshId } from "./edit";
import { type Inputs, inputsOf, inputsWithout, mergeEdges, mergeInputs, mergeOrder, sameList } from "./mergeEdges";
import { sameProps, sameValue } from "./same";
import type { ModelArchitecture, ModelComponent, PropValue } from "./types";

export type Side = "mine" | "theirs" | "both";

export type Conflict = { key: string; can: Side[] } & (
  | { kind: "name"; base: string; mine: string; theirs: string }
  | { kind: "meta"; prop: MetaName; base: number; mine: number; theirs: number }
  | { kind: "prop"; id: string; prop: string; base: PropValue | null; mine: PropValue | null; theirs: PropValue | null }
  | { kind: "type"; id: string; mine: ModelComponent; theirs: ModelComponent }
  | { kind: "deleted"; id: string; by: "mine" | "theirs"; left: ModelComponent }
  | { kind: "inputs"; ids: string[]; base: string[]; mine: string[]; theirs: string[] }
);

export type Choices = Readonly<Record<string, Side>>;

export interface Merge {
  merged: ModelArchitecture;
  conflicts: Conflict[];
  /** Ids of my new components that the other side had used for something else: old to new. */
  renamed: Map<string, string>;
}

/** Joins two versions that build on `base`. */
export function merge(base: ModelArchitecture, mine: ModelArchitecture, theirs: ModelArchitecture, choices: Choices = {}): Merge {
  const { design: own, renamed } = withoutCollisions(base, mine, theirs);
  return { ...new Merger(base, own, theirs, choices).run(), renamed };
}

/** What two versions have in common: stands in for a base that nobody kept, so that every difference is asked about. */
export function commonPart(mine: ModelArchitecture, theirs: ModelArchitecture): ModelArchitecture {
  const others = byId(theirs);
  const components = mine.components.filter(({ id, type }) => others.get(id)?.type === type);
  const ids = new Set(components.map(({ id }) => id));
  const shared = components.map((component) => {
    const other = others.get(component.id)?.props ?? {};
    const props = Object.entries(component.props).filter(([name, value]) => sameValue(value, other[name]));
    return { ...component, props: Object.fromEntries(props) };
  });
  const known = new Set(theirs.edges.map(String));
  const edges = mine.edges.filter((edge) => known.has(String(edge)) && edge.every((end) => ids.has(end)));
  return { ...theirs, components: shared, edges };
}

const byId = (design: ModelArchitecture): Map<string, ModelComponent> =>
  new Map(design.components.map((component) => [component.id, component]));

/** Two devices name new blocks alike (`linear_1`): mine gets another id where the two are not the same block. */
function withoutCollisions(
  base: ModelArchitecture,
  mine: ModelArchitecture,
  theirs: ModelArchitecture,
): { design: ModelArchitecture; renamed: Map<string, string> } {
  const [old, other] = [byId(base), byId(theirs)];
  const [myInputs, theirInputs] = [inputsOf(mine), inputsOf(theirs)];
  const collides = ({ id, type, props }: ModelComponent): boolean => {
    const twin = other.get(id);
    if (old.has(id) || !twin) return false;
    return twin.type !== type || !sameProps(twin.props, props) || !sameList(myInputs.get(id) ?? [], theirInputs.get(id) ?? []);
  };
  const renamed = new Map<string, string>();
  const taken = { ...mine, components: [...base.components, ...mine.components, ...theirs.components] };
  for (const component of mine.components.filter(collides)) {
    const id = freshId(taken, component.type);
    taken.components.push({ ...component, id });
    renamed.set(component.id, id);
  }
  if (renamed.size === 0) return { design: mine, renamed };
  const now = (id: string): string => renamed.get(id) ?? id;
  const components = mine.components.map((component) =>
    renamed.has(component.id) ? { ...component, id: now(component.id) } : component,
  );
  return { design: { ...mine, components, edges: mine.edges.map(([from, to]) => [now(from), now(to)]) }, renamed };
}

class Merger {
  private readonly conflicts: Conflict[] = [];
  private readonly b: Map<string, ModelComponent>;
  private readonly m: Map<string, ModelComponent>;
  private readonly t: Map<string, ModelComponent>;

  constructor(
    private readonly base: ModelArchitecture,
    private readonly mine: ModelArchitecture,
    private readonly theirs: ModelArchitecture,
    private readonly choices: Choices,
  ) {
    this.b = byId(base);
    this.m = byId(mine);
    this.t = byId(theirs);
  }

  run(): { merged: ModelArchitecture; conflicts: Conflict[] } {
    const { base, mine, theirs } = this;
    const name = this.three("name", "name", base.name, mine.name, theirs.name);
    const meta = { ...mine.meta };
    for (const prop of metaProps.keys()) {
      meta[prop] = this.three(`meta ${prop}`, prop, base.meta[prop], mine.meta[prop], theirs.meta[prop]);
    }
    const components = this.components();
    const { edges, dropped } = this.edges(components);
    return {
      merged: {
        ...mine,
        name,
        version: Math.max(mine.version, theirs.version),
        meta,
        components: components.filter(({ id }) => !dropped.has(id)),
        edges,
      },
      conflicts: this.conflicts,
    };
  }

  private chosen(conflict: Conflict): Side {
    this.conflicts.push(conflict);
    const choice = this.choices[conflict.key];
    return choice && conflict.can.includes(choice) ? choice : "mine";
  }

  /** One value of the design itself: its name (`what` is "name") or a number of its meta. */
  private three<T extends string | number>(key: string, what: "name" | MetaName, base: T, mine: T, theirs: T): T {
    if (mine === theirs || theirs === base) return mine;
    if (mine === base) return theirs;
    const can: Side[] = ["mine", "theirs"];
    const conflict = (
      what === "name" ? { kind: "name", key, can, base, mine, theirs } : { kind: "meta", key, can, prop: what, base, mine, theirs }
    ) as Conflict;
    return this.chosen(conflict) === "theirs" ? theirs : mine;
  }

  private components(): ModelComponent[] {
    const merged = new Map<string, ModelComponent>();
    for (const id of new Set([...this.m.keys(), ...this.t.keys()])) {
      const component = this.component(id, this.b.get(id), this.m.get(id), this.t.get(id));
      if (component) merged.set(id, component);
    }
    const ids = (design: ModelArchitecture): string[] => design.components.map(({ id }) => id);
    const order = mergeOrder(ids(this.base), ids(this.mine), ids(this.theirs), (id) => merged.has(id));
    return order.flatMap((id) => merged.get(id) ?? []);
  }

  private component(
    id: string,
    base: ModelComponent | undefined,
    mine: ModelComponent | undefined,
    theirs: ModelComponent | undefined,
  ): ModelComponent | undefined {
    if (!base) return mine ?? theirs;
    if (!mine || !theirs) {
      const left = mine ?? theirs;
      if (!left || (left.type === base.type && sameProps(left.props, base.props))) return undefined;
      const by = mine ? "theirs" : "mine";
      const side = this.chosen({ kind: "deleted", key: `deleted ${id}`, can: ["mine", "theirs"], id, by, left });
      return side === by ? undefined : left;
    }
    if (mine.type !== base.type || theirs.type !== base.type) return this.retyped(base, mine, theirs);
    const props = this.props(id, base.props, mine.props, theirs.props);
    return props === mine.props ? mine : { ...mine, props };
  }

  /** A block that became another kind under its old id is taken whole. */
  private retyped(base: ModelComponent, mine: ModelComponent, theirs: ModelComponent): ModelComponent {
    const same = (a: ModelComponent, b: ModelComponent): boolean => a.type === b.type && sameProps(a.props, b.props);
    if (same(mine, theirs) || same(theirs, base)) return mine;
    if (same(mine, base)) return theirs;
    const side = this.chosen({ kind: "type", key: `type ${base.id}`, can: ["mine", "theirs"], id: base.id, mine, theirs });
    return side === "theirs" ? theirs : mine;
  }

  private props(id: string, base: Props, mine: Props, theirs: Props): Props {
    const props: Props = {};
    const layout = catalogue.get(this.m.get(id)?.type ?? "")?.props;
    for (const prop of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
      const [b, m, t] = [base[prop], mine[prop], theirs[prop]];
      let value = sameValue(m, b) ? t : m;
      if (!sameValue(m, b) && !sameValue(t, b) && !sameValue(m, t) && !layout?.get(prop)?.layout) {
        const values = { base: b ?? null, mine: m ?? null, theirs: t ?? null };
        const side = this.chosen({ kind: "prop", key: `prop ${id} ${prop}`, can: ["mine", "theirs"], id, prop, ...values });
        value = side === "theirs" ? t : m;
      }
      if (value !== undefined) props[prop] = value;
    }
    return sameProps(props, mine, true) ? mine : props;
  }

  private edges(components: ModelComponent[]): { edges: ModelArchitecture["edges"]; dropped: Set<string> } {
    const alive = new Set(components.map(({ id }) => id));
    const old = inputsOf(this.base);
    const { inputs, dropped } = mergeInputs({
      components,
      base: inputsWithout(old, alive),
      mine: inputsWithout(sideInputs(this.base, old, this.mine), alive, old),
      theirs: inputsWithout(sideInputs(this.base, old, this.theirs), alive, old),
      isNew: (id) => !this.b.has(id),
      isOnly: (id, side) => !this.b.has(id) && !(side === "mine" ? this.t : this.m).has(id),
      choose: (conflict) => this.chosen(conflict),
    });
    dropped.forEach((id) => alive.delete(id));
    return { edges: mergeEdges(this.base.edges, this.mine.edges, this.theirs.edges, inputs, alive), dropped };
  }
}

type Props = Record<string, PropValue>;

/**
 * What each component reads on one side. Where a list differs from the base's only because this side deleted a block
 * in front of it, the base's list stands: should the block stay after all, its connections do too.
 */
function sideInputs(base: ModelArchitecture, old: Inputs, design: ModelArchitecture): Inputs {
  const here = new Set(design.components.map(({ id }) => id));
  const expected = inputsWithout(old, here);
  const inputs = inputsOf(design);
  for (const { id } of base.components) {
    const unchanged = !here.has(id) || sameList(inputs.get(id) ?? [], expected.get(id) ?? []);
    if (unchanged) inputs.set(id, old.get(id) ?? []);
  }
  return inputs;
}
