/**
 * A design as a link that carries all of it: `#d=` and base64url of deflated JSON, so that no server keeps or sees it
 * (a fragment is not sent). The JSON is compact:
 *
 *     [1, schema version, name, [d_model, n_heads, n_experts], components, edges]
 *
 * A component is its type, or [type, props, x, y] without what is missing at the end; its id is its place, and props at
 * their default are left out. Edges are one flat list, [target - last target, target - source, ...]: a chain is all ones.
 */
import { fromBase64Url, toBase64Url } from "./base64url";
import { catalogue, limits, type Prop } from "./catalogue";
import { Damaged, deflate, inflate, TooLarge } from "./deflate";
import { effectiveValue } from "./edit";
import type { ModelArchitecture, ModelComponent, PropValue } from "./types";

/** Raised when an older page could no longer read what a newer one writes. */
export const PAYLOAD_VERSION = 1;
const FRAGMENT = "#d=";
/** A payload wherever it stands: in a link, alone with its `d=`, or within a message around the link. */
const PAYLOAD = /[#?&]d=([^\s&#"'<>]*)/;

type Row = string | [type: string, props: Record<string, PropValue> | 0, ...xy: number[]];

/** Why a link cannot be opened. */
export type LinkFault = "cut" | "too-large" | "newer" | "not-a-design";

export class BadLink extends Error {
  override readonly name = "BadLink";

  constructor(readonly fault: LinkFault) {
    super(fault);
  }
}

/** The link that opens this design in any Model Studio under `page`, for example `https://host/model-studio`. */
export async function shareLink(page: string, design: ModelArchitecture): Promise<string> {
  return page + FRAGMENT + (await packDesign(design));
}

/** The design as the payload of a link. */
export async function packDesign(design: ModelArchitecture): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(compact(design)));
  return toBase64Url(await deflate(text));
}

/** The payload in a link or in a text that holds one; null where there is none. */
export function payloadIn(text: string): string | null {
  const found = PAYLOAD.exec(text.startsWith("d=") ? `#${text}` : text);
  return found?.[1] ?? null;
}

/** The document in a payload: hostile still, to be read by `checkDocument`. Throws BadLink. */
export async function unpackDesign(payload: string): Promise<unknown> {
  const bytes = fromBase64Url(payload);
  if (!bytes) throw new BadLink("cut");
  return expanded(parsed(await inflated(bytes)));
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await inflate(bytes, limits.body_bytes));
  } catch (error) {
    if (error instanceof TooLarge) throw new BadLink("too-large");
    // TypeError: what came out is no UTF-8.
    if (error instanceof Damaged || error instanceof TypeError) throw new BadLink("cut");
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadLink("not-a-design");
    throw error;
  }
}

function compact(design: ModelArchitecture): unknown[] {
  const { version, name, meta, components } = design;
  const place = new Map(components.map(({ id }, at) => [id, at]));
  const rows = components.map((component) => rowOf(design, component));
  let last = 0;
  const edges = design.edges.flatMap(([from, to]) => {
    const target = place.get(to) ?? 0;
    const pair = [target - last, target - (place.get(from) ?? 0)];
    last = target;
    return pair;
  });
  return [PAYLOAD_VERSION, version, name, [meta.d_model, meta.n_heads, meta.n_experts], rows, edges];
}

function rowOf(design: ModelArchitecture, component: ModelComponent): Row {
  const { x, y, ...own } = component.props;
  const known = catalogue.get(component.type)?.props;
  const said = Object.entries(own).filter(([name, value]) => {
    const prop = known?.get(name);
    return !prop || effectiveValue(design, { ...component, props: {} }, prop) !== value;
  });
  const props = said.length > 0 ? Object.fromEntries(said) : 0;
  // Whole pixels are exact enough for where a block lies, and half as long.
  const xy = typeof x === "number" && typeof y === "number" ? [Math.round(x), Math.round(y)] : [];
  return props === 0 && xy.length === 0 ? component.type : [component.type, props, ...xy];
}

/** Only the frame is checked here; what stands in it is for the parser of documents. */
function expanded(value: unknown): unknown {
  if (!Array.isArray(value) || typeof value[0] !== "number") throw new BadLink("not-a-design");
  const [payload, version, name, meta, rows, edges] = value as unknown[];
  if ((payload as number) > PAYLOAD_VERSION) throw new BadLink("newer");
  if (!Array.isArray(meta) || !Array.isArray(rows) || !Array.isArray(edges)) throw new BadLink("not-a-design");
  const [d_model, n_heads, n_experts] = meta as unknown[];
  const numbers: Record<string, unknown> = { d_model, n_heads, n_experts };
  const seen = new Map<string, number>();
  const components = rows.map((row: unknown) => componentOf(row, seen, numbers));
  return { version, name, meta: numbers, components, edges: pairsOf(edges, components) };
}

interface Opened {
  id: string;
  type: unknown;
  props: unknown;
}

function componentOf(row: unknown, seen: Map<string, number>, meta: Record<string, unknown>): Opened {
  const [type, props, x, y] = Array.isArray(row) ? (row as unknown[]) : [row];
  const stem = typeof type === "string" && catalogue.has(type) ? type : "block";
  const count = (seen.get(stem) ?? 0) + 1;
  seen.set(stem, count);
  const given = props === undefined || props === 0 ? {} : props;
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new BadLink("not-a-design");
  const all = [...defaultsOf(stem, meta), ...Object.entries(given), ...placeOf(x, y)];
  return { id: `${stem}_${count}`, type, props: Object.fromEntries(all) };
}

/** Written out, so that a later change of the design's defaults leaves the blocks that came with it as they are. */
function defaultsOf(type: string, meta: Record<string, unknown>): [string, unknown][] {
  const props = [...(catalogue.get(type)?.props.values() ?? [])].filter((prop) => !prop.layout);
  return props
    .map((prop): [Prop, unknown] => [prop, prop.defaultFrom ? meta[prop.defaultFrom] : prop.default])
    .filter(([prop, value]) => value !== null && value !== undefined && fits(prop, value))
    .map(([prop, value]) => [prop.name, value]);
}

function fits(prop: Prop, value: unknown): boolean {
  return typeof value !== "number" || (value >= (prop.min ?? -Infinity) && value <= (prop.max ?? Infinity));
}

function placeOf(x: unknown, y: unknown): [string, unknown][] {
  return x === undefined && y === undefined ? [] : [["x", x], ["y", y]];
}

function pairsOf(edges: unknown[], components: readonly Opened[]): [string, string][] {
  const pairs: [string, string][] = [];
  let target = 0;
  for (let at = 0; at < edges.length; at += 2) {
    target += Number(edges[at]);
    const from = components[target - Number(edges[at + 1])];
    const to = components[target];
    if (!from || !to) throw new BadLink("not-a-design");
    pairs.push([from.id, to.id]);
  }
  return pairs;
}
