/** Finds designs by their name and by what they are made of. */
import { catalogue } from "./catalogue";

/** What of a design can be searched. */
export interface Findable {
  name: string;
  /** Types of its blocks; empty where they are not known yet. */
  types: readonly string[];
}

/** Case and accents do not matter. */
function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase();
}

/** Whether every word of `query` begins a word of the name or of a block's title or type. */
export function isFound({ name, types }: Findable, query: string): boolean {
  const titles = types.map((type) => `${catalogue.get(type)?.title ?? ""} ${type.replaceAll("_", " ")}`);
  const words = plain([name, ...titles].join(" ")).split(/[^\p{Letter}\p{Number}]+/u);
  const wanted = plain(query).split(/[^\p{Letter}\p{Number}]+/u).filter((word) => word !== "");
  return wanted.every((part) => words.some((word) => word.startsWith(part)));
}
