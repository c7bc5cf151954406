/** What the phone keeps in IndexedDB: designs with the revision they came from, and the last answers of the server. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { ModelArchitecture } from "../domain/types";

export interface KeptDesign {
  id: string;
  design: ModelArchitecture;
  /** ETag of the server's revision that the edits build on. */
  base: string;
  /** Whether it holds edits that the server does not have. */
  dirty: boolean;
  changedAt: number;
}

interface Schema extends DBSchema {
  designs: { key: string; value: KeptDesign };
  answers: { key: string; value: unknown };
}

const NAME = "model-studio";
const VERSION = 1;

let opened: Promise<IDBPDatabase<Schema>> | null = null;

function db(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(NAME, VERSION, {
    upgrade: (database) => {
      database.createObjectStore("designs", { keyPath: "id" });
      database.createObjectStore("answers");
    },
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
    terminated: () => {
      opened = null;
    },
  });
  return opened;
}

export const kept = {
  get: async (id: string): Promise<KeptDesign | undefined> => (await db()).get("designs", id),
  put: async (design: KeptDesign): Promise<unknown> => (await db()).put("designs", design),
  remove: async (id: string): Promise<void> => (await db()).delete("designs", id),
  all: async (): Promise<KeptDesign[]> => (await db()).getAll("designs"),
};

/** The last answer of the server to a question, so that the page opens without it. */
export const answers = {
  get: async <T>(key: string): Promise<T | undefined> => (await db()).get("answers", key) as Promise<T | undefined>,
  put: async (key: string, value: unknown): Promise<unknown> => (await db()).put("answers", value, key),
};
