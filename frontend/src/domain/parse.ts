/**
 * Reads a hostile JSON document into a `Design`, naming everything that is malformed on the way.
 * The twin of `app/designs/parse.py`: same issues, same order, same words.
 */
import { type Block, catalogue, limits, type MetaName, metaProps, type Prop } from "./catalogue";
import { Component, Design } from "./graph";
import { byCodePoint, makeIssue, type Place, shown, type Words } from "./issues";
import type { Edge, Fix, Issue, PropValue } from "./types";

const TOP_FIELDS = new Set(["components", "edges", "id", "meta", "name", "version"]);
const COMPONENT_FIELDS = new Set(["id", "props", "type"]);
const EXPECTED = {
  int: "a whole number",
  float: "a number",
  bool: "true or false",
  enum: "one of its choices",
};
/** Up to here a number above its maximum still enters the counts, so that a draft keeps it. */
const COUNTED_ABOVE_MAX = 1000;
const DESIGN_ID = new RegExp(limits.design_id_pattern);
const COMPONENT_ID = new RegExp(limits.component_id_pattern);

type Json = Record<string, unknown>;

/** Returns what could be read and the issues of the rest; never throws on any JSON value. */
export function parseDocument(document: unknown): { design: Design; issues: Issue[] } {
  const reader = new Reader();
  return { design: reader.read(document), issues: reader.issues };
}

class Reader {
  readonly issues: Issue[] = [];

  private report(code: string, words: Words = {}, place: Place = {}): void {
    this.issues.push(makeIssue(code, words, place));
  }

  read(document: unknown): Design {
    if (!isObject(document)) {
      this.report("design.type", { field: "document", expected: "an object" });
      return new Design(null, "", 1, this.meta({}), [], []);
    }
    this.unknownFields(document, TOP_FIELDS, "The design", null);
    const id = this.designId(document);
    const name = this.name(document);
    const version = this.version(document);
    const meta = this.meta(this.objectField(document, "meta"));
    const rows = this.listField(document, "components", "design.too_many_components");
    const pairs = this.listField(document, "edges", "design.too_many_edges");
    const components = this.components(rows, meta);
    const { edges, selfEdges } = this.edges(pairs, new Set(components.map((component) => component.id)));
    return new Design(id, name, version, meta, components, edges, selfEdges);
  }

  private unknownFields(document: Json, known: { has(name: string): boolean }, owner: string, at: string | null): void {
    for (const field of unknownKeys(document, known)) {
      this.report("design.unknown_field", { owner, field: `"${shown(field)}"` }, { component_id: at });
    }
  }

  private objectField(document: Json, field: string): Json {
    const value = Object.hasOwn(document, field) ? document[field] : {};
    if (isObject(value)) return value;
    this.report("design.type", { field, expected: "an object" });
    return {};
  }

  private listField(document: Json, field: "components" | "edges", code: string): unknown[] {
    const value = own(document, field);
    if (!Array.isArray(value)) {
      this.report("design.type", { field, expected: "a list" });
      return [];
    }
    if (value.length > limits[field]) {
      this.report(code, { count: value.length, limit: limits[field] });
      return [];
    }
    return value as unknown[];
  }

  private designId(document: Json): string | null {
    const value = own(document, "id");
    if (value === null) return null;
    if (typeof value === "string" && DESIGN_ID.test(value)) return value;
    this.report("design.id");
    return null;
  }

  private name(document: Json): string {
    const value = own(document, "name");
    if (typeof value === "string" && isDesignName(value)) return value;
    this.report("design.name", { limit: limits.name_code_points });
    return "";
  }

  private version(document: Json): number {
    const newest = limits.schema_version;
    const value = Object.hasOwn(document, "version") ? wholeNumber(document["version"]) : newest;
    if (value !== null && value >= 1 && value <= newest) return value;
    this.report("design.version", { limit: newest });
    return newest;
  }

  private meta(document: Json): Map<MetaName, number> {
    this.unknownFields(document, metaProps, "The design's meta", null);
    const meta = new Map<MetaName, number>();
    for (const [name, prop] of metaProps) {
      const value = Object.hasOwn(document, name)
        ? this.propValue(prop, document[name], "the design", null)
        : prop.default;
      meta.set(name, typeof value === "number" ? value : 0);
    }
    return meta;
  }

  private components(rows: unknown[], meta: ReadonlyMap<MetaName, number>): Component[] {
    const found = new Map<string, Component>();
    rows.forEach((row, at) => {
      const component = this.component(at + 1, row, meta);
      if (component === null) return;
      if (found.has(component.id)) {
        this.report("design.duplicate_id", { id: component.id }, { component_id: component.id });
        return;
      }
      found.set(component.id, component);
    });
    return [...found.values()];
  }

  private component(index: number, row: unknown, meta: ReadonlyMap<MetaName, number>): Component | null {
    if (!isObject(row)) {
      this.report("component.type", { index });
      return null;
    }
    const id = own(row, "id");
    if (typeof id !== "string" || !COMPONENT_ID.test(id)) {
      this.report("component.id", { index });
      return null;
    }
    this.unknownFields(row, COMPONENT_FIELDS, `Block "${id}"`, id);
    const block = blockNamed(own(row, "type"));
    const raw = Object.hasOwn(row, "props") ? row["props"] : {};
    const given = isObject(raw) ? raw : {};
    if (given !== raw) this.report("component.type", { index }, { component_id: id });
    if (block === null) {
      this.report("design.unknown_type", { id }, { component_id: id });
      return new Component(id, "", null, new Map(), new Map());
    }
    return this.knownComponent(id, block, given, meta);
  }

  private knownComponent(id: string, block: Block, given: Json, meta: ReadonlyMap<MetaName, number>): Component {
    const props = this.props(id, `${block.title} "${id}"`, block.props, given);
    const values = new Map<string, PropValue | null>();
    const kept = new Map<string, PropValue>();
    for (const [name, prop] of block.props) {
      const fallback = prop.defaultFrom ? (meta.get(prop.defaultFrom) ?? null) : prop.default;
      const value = Object.hasOwn(given, name) ? (props.get(name) ?? null) : fallback;
      values.set(name, value);
      const own = props.get(name);
      if (own !== undefined && own !== null) kept.set(name, own);
    }
    return new Component(id, block.type, block, kept, values);
  }

  private props(id: string, text: string, known: ReadonlyMap<string, Prop>, given: Json): Map<string, PropValue | null> {
    const count = Object.keys(given).length;
    if (count > limits.props_per_component) {
      this.report(
        "design.too_many_props",
        { block: text, count, limit: limits.props_per_component },
        { component_id: id },
      );
      return new Map();
    }
    for (const name of unknownKeys(given, known)) {
      const fix: Fix | null =
        shown(name) === name
          ? { label: "Remove the property", ops: [{ op: "remove_prop", component_id: id, prop: name }] }
          : null;
      this.report("design.unknown_prop", { block: text, prop: `"${shown(name)}"` }, { component_id: id, fix });
    }
    const values = new Map<string, PropValue | null>();
    for (const [name, prop] of known) {
      if (Object.hasOwn(given, name)) values.set(name, this.propValue(prop, given[name], text, id));
    }
    return values;
  }

  /** The value in its kind, or null after the issue was reported. */
  private propValue(prop: Prop, value: unknown, text: string, id: string | null): PropValue | null {
    const at = { component_id: id, prop: prop.name };
    const words = { prop: prop.name, block: text };
    const read = readAs(prop, value);
    if (read === null) {
      const fix = setTo(id, prop, prop.default);
      this.report("prop.type", { ...words, expected: EXPECTED[prop.kind] }, { ...at, fix });
      return null;
    }
    const choices = prop.choices.map((choice) => choice.value);
    if (prop.kind === "enum" && !choices.includes(read as string)) {
      const fix = setTo(id, prop, prop.default);
      this.report("prop.value", { ...words, choices: choices.join(", ") }, { ...at, fix });
      return null;
    }
    if (prop.min === null || prop.max === null || typeof read !== "number") return read;
    const safe = Math.abs(read) <= Number.MAX_SAFE_INTEGER;
    if (safe && prop.min <= read && read <= prop.max) return read;
    const nearest = read < prop.min ? prop.min : prop.max;
    const fix = setTo(id, prop, nearest);
    const above = prop.max < read && read <= COUNTED_ABOVE_MAX && prop.maxCode !== "prop.range";
    if (!above) {
      this.report("prop.range", { ...words, min: prop.min, max: prop.max }, { ...at, fix });
      return null;
    }
    this.report(prop.maxCode, { ...words, value: read }, { ...at, fix });
    return read;
  }

  private edges(pairs: unknown[], known: ReadonlySet<string>): { edges: Edge[]; selfEdges: Edge[] } {
    const found = new Set<string>();
    const edges: Edge[] = [];
    const selfEdges: Edge[] = [];
    pairs.forEach((pair, at) => {
      if (!isPair(pair)) {
        this.report("design.edge", { index: at + 1 });
        return;
      }
      const [from, to] = pair;
      const words = { from: shown(from), to: shown(to) };
      const exact = words.from === from && words.to === to;
      const fix: Fix | null = exact
        ? { label: "Remove the connection", ops: [{ op: "remove_edge", edge: [from, to] }] }
        : null;
      const key = `${from} ${to}`;
      if (!known.has(from) || !known.has(to)) {
        this.report("design.dangling_edge", words, { fix });
      } else if (found.has(key)) {
        this.report("design.duplicate_edge", words, { component_id: to, fix });
      } else {
        found.add(key);
        (from === to ? selfEdges : edges).push([from, to]);
      }
    });
    return { edges, selfEdges };
  }
}

/** Whether `text` may name a design: 1 to 120 code points, none of them a control character. */
export function isDesignName(text: string): boolean {
  const letters = Array.from(text);
  return (
    letters.length >= 1 &&
    letters.length <= limits.name_code_points &&
    !letters.some((letter) => {
      const code = letter.codePointAt(0) ?? 0;
      return limits.forbidden_name_ranges.some(([low = 0, high = 0]) => low <= code && code <= high);
    })
  );
}

/** A JSON number without fraction. Infinity can only come from a whole number of more than 308 digits. */
function wholeNumber(value: unknown): number | null {
  if (typeof value !== "number" || Number.isNaN(value)) return null;
  return Number.isInteger(value) || !Number.isFinite(value) ? value : null;
}

function readAs(prop: Prop, value: unknown): PropValue | null {
  if (prop.kind === "int") return wholeNumber(value);
  if (prop.kind === "float") return typeof value === "number" ? value : null;
  if (prop.kind === "bool") return typeof value === "boolean" ? value : null;
  return typeof value === "string" ? value : null;
}

function blockNamed(type: unknown): Block | null {
  if (typeof type !== "string" || !/^[\x00-\x7f]*$/.test(type)) return null;
  return catalogue.get(type.toLowerCase()) ?? null;
}

/** Sets the prop to a value that is certainly good; null where there is no such value. */
function setTo(id: string | null, prop: Prop, value: PropValue | null): Fix | null {
  if (value === null) return null;
  return { label: `Use ${value.toString()}`, ops: [{ op: "set_prop", component_id: id, prop: prop.name, value }] };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPair(value: unknown): value is Edge {
  return Array.isArray(value) && value.length === 2 && value.every((end) => typeof end === "string");
}

function own(document: Json, field: string): unknown {
  return Object.hasOwn(document, field) ? (document[field] ?? null) : null;
}

function unknownKeys(document: Json, known: { has(name: string): boolean }): string[] {
  return Object.keys(document)
    .filter((name) => !known.has(name))
    .sort(byCodePoint);
}
