/**
 * Brings designs that were kept or exported by an older Model Studio to the newest schema version, one step at a time:
 * twin of `app/designs/migrate.py`.
 */
import { limits } from "./catalogue";

type Document = Record<string, unknown>;
export type Step = (document: Document) => Document;

/** For each old version the step that leads to the next one. */
const STEPS: ReadonlyMap<number, Step> = new Map();

/** Whether a newer Model Studio made it: such a design is refused without being touched. */
export function isNewer(document: Document): boolean {
  const { version = 1 } = document;
  return typeof version === "number" && version > limits.schema_version;
}

/** The document at the newest version; the argument is left as it is, and so is one without a version that is known. */
export function migrate<T extends object>(document: T, steps: ReadonlyMap<number, Step> = STEPS): T {
  let migrated = { ...document } as Document;
  let version = migrated["version"] ?? 1;
  for (let step; typeof version === "number" && (step = steps.get(version)); ) {
    version += 1;
    migrated = { ...step(migrated), version };
  }
  return migrated as T;
}
