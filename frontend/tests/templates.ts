import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelArchitecture } from "../src/domain/types";

const FOLDER = join(import.meta.dirname, "../../spec/templates");

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, name), "utf8"));
}

export const slugs = (read("index.json") as { slugs: string[] }).slugs;

/** A fresh copy of a template's design, with an id as the server gives it. */
export function template(slug: string): ModelArchitecture {
  const { design } = read(`${slug}.json`) as { design: ModelArchitecture };
  return { ...design, id: "0".repeat(32) };
}
