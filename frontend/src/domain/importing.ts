/**
 * Reads a design that came from outside: a link, a file, pasted text. All of it is hostile until `checkDocument` has
 * read it; what comes out is built anew from what was understood, or a refusal with words for people.
 */
import { limits } from "./catalogue";
import { formatBytes, formatCount } from "./format";
import { isFormatIssue } from "./issues";
import { isNewer, migrate } from "./migrate";
import { BadLink, type LinkFault, payloadIn, unpackDesign } from "./share";
import type { Issue, ModelArchitecture } from "./types";
import { analyse, type Analysis, checkDocument, toArchitecture } from "./validate";

export type NewDesign = Omit<ModelArchitecture, "id">;

export type RefusalCode = "empty" | "too-large" | "picture" | "binary" | "page" | "no-design-in-link" | "no-json" | "malformed" | LinkFault;

/** Why nothing can be imported; `issues` names what is wrong inside a design that could be read. */
export interface Refusal {
  code: RefusalCode;
  title: string;
  detail: string;
  issues: Issue[];
}

/** A design that may be added as a draft: it can break rules, but it is well-formed. */
export type Imported = { ok: true; design: NewDesign; analysis: Analysis } | { ok: false; refusal: Refusal };

const UNNAMED = "Imported design";
const MAX_TEXT = `A design has at most ${formatBytes(limits.body_bytes)}.`;

const WORDS: Record<RefusalCode, [title: string, detail: string]> = {
  empty: ["There is nothing in it", "Paste a link or the JSON of a design, or choose a file that holds one."],
  "too-large": ["Too large for a design", MAX_TEXT],
  picture: ["This is a picture", "A picture of a design cannot be read back. Ask for its link or its JSON file."],
  binary: ["This file is no text", "A design is a JSON file. Model files such as ONNX or PyTorch hold weights and cannot be opened as a design."],
  page: ["This is a web page", "Copy the link of the design instead of the page that shows it."],
  "no-design-in-link": ["This link holds no design", "A link made by Share carries the whole design after #d=. This one does not, or lost it on the way."],
  "no-json": ["This is neither a link nor JSON", "It may have been cut off, or changed by the app that it came through. Copy it again as a whole."],
  cut: ["The link is not whole", "A part of it is missing or was changed by the app that it came through. Copy it again as a whole."],
  newer: ["Made by a newer Model Studio", "This one cannot read it and has left it as it is. Update Model Studio, then open it again."],
  "not-a-design": ["This is no design", "A design has a list of blocks (components) and of connections (edges)."],
  malformed: ["This design is damaged", "Nothing was imported, because these parts of it cannot be read."],
};

function refused(code: RefusalCode, issues: Issue[] = []): Imported {
  const [title, detail] = WORDS[code];
  return { ok: false, refusal: { code, title, detail, issues } };
}

/** Reads a link, the JSON of a design, or a message that holds a link. Never throws on any text. */
export async function readText(text: string): Promise<Imported> {
  const trimmed = text.trim();
  if (trimmed === "") return refused("empty");
  if (trimmed.length > limits.body_bytes) return refused("too-large");
  if (trimmed.startsWith("{") || trimmed.startsWith("[")) return readJson(trimmed);
  const payload = payloadIn(trimmed);
  if (payload !== null) return readPayload(payload);
  if (trimmed.startsWith("<")) return refused("page");
  return refused(/^https?:\/\/\S+$/.test(trimmed) ? "no-design-in-link" : "no-json");
}

/** Reads what stands after `#d=` in a link. */
export async function readPayload(payload: string): Promise<Imported> {
  if (payload.length > limits.body_bytes) return refused("too-large");
  try {
    return readDocument(await unpackDesign(payload));
  } catch (error) {
    if (error instanceof BadLink) return refused(error.fault);
    throw error;
  }
}

/** Reads a file without loading one that is too large. */
export async function readFile(file: Blob): Promise<Imported> {
  if (file.size === 0) return refused("empty");
  if (file.size > limits.body_bytes) return refused("too-large");
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (isPicture(bytes)) return refused("picture");
  const text = textOf(bytes);
  return text === null ? refused("binary") : readText(text);
}

const PICTURES = ["\x89PNG", "\xff\xd8\xff", "GIF8", "RIFF", "BM", "\x00\x00\x00\x18ftyp", "\x00\x00\x00\x1cftyp"];

function isPicture(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  return PICTURES.some((magic) => start.startsWith(magic));
}

function textOf(bytes: Uint8Array<ArrayBuffer>): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function readJson(text: string): Imported {
  if (depthOf(text) > limits.json_depth) return refused("not-a-design");
  try {
    return readDocument(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return refused("no-json");
    throw error;
  }
}

/** How deep the brackets outside of strings go. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === "\\" && isString) at += 1;
    else if (letter === '"') isString = !isString;
    else if (isString) continue;
    else if (letter === "{" || letter === "[") deepest = Math.max(deepest, (depth += 1));
    else if (letter === "}" || letter === "]") depth -= 1;
  }
  return deepest;
}

function readDocument(document: unknown): Imported {
  if (typeof document !== "object" || document === null || !Object.hasOwn(document, "components")) return refused("not-a-design");
  // Its id belongs to where it comes from; here it gets one of its own.
  const entries = Object.entries(document).filter(([field]) => field !== "id");
  const own = Object.fromEntries(Object.hasOwn(document, "name") ? entries : [["name", UNNAMED], ...entries]);
  if (isNewer(own)) return refused("newer");
  const { design, result } = checkDocument(migrate(own));
  const malformed = result.issues.filter(isFormatIssue);
  if (malformed.length > 0) return refused("malformed", malformed);
  const { name, version: now, meta, components, edges } = toArchitecture(design);
  const read: NewDesign = { name, version: now, meta, components, edges };
  return { ok: true, design: read, analysis: analyse(read) };
}

/** Many issues in few rows: those of one sentence once, and how many more there are. */
export function firstIssues(issues: readonly Issue[], limit: number): { shown: Issue[]; more: string | null } {
  const more = issues.length - limit;
  return { shown: issues.slice(0, limit), more: more > 0 ? `and ${formatCount(more)} more` : null };
}
