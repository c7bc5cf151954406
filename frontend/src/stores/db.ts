/** What the phone keeps in IndexedDB: designs with what the server last had, deletions, undo steps, events, last answers. */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from "idb";
import type { ModelArchitecture } from "../domain/types";

/** The server's revision that the edits on the phone build on. */
export interface Base {
  etag: string;
  /** Null where an older page kept the ETag alone. */
  design: ModelArchitecture | null;
}

/** Why a design waits, as far as waiting for the network does not explain it. */
export interface Trouble {
  /** `gone`: deleted elsewhere; `refused`: the server will not take it; `busy`: it will, later. */
  kind: "gone" | "refused" | "busy";
  text: string;
}

export interface KeptDesign {
  id: string;
  design: ModelArchitecture;
  /** Null until the server has the design. */
  base: Base | null;
  /** Whether it holds edits that the server does not have. */
  dirty: boolean;
  changedAt: number;
  /** When the oldest unsent edit was made. */
  waitingSince: number | null;
  /** Grows with every change of `design`: a tab that knows another number has to fold its edits in. */
  edition: number;
  /** What was sent without an answer: if the server shows one of these, our own edit arrived. */
  unheard: ModelArchitecture[];
  /** The server's version, where the two do not merge by themselves. */
  conflict: Base | null;
  trouble: Trouble | null;
}

/** A deletion; the design stays for "Undo" and until the server knows. */
export interface Deletion {
  id: string;
  name: string;
  deletedAt: number;
  isSent: boolean;
  kept: KeptDesign | null;
}

/** The undo steps of one design, oldest first; redo steps the other way round, as zundo has them. */
export interface KeptHistory {
  id: string;
  at: number;
  present: ModelArchitecture;
  past: ModelArchitecture[];
  future: ModelArchitecture[];
}

/** One line of the event log. */
export interface LoggedEvent {
  at: number;
  name: string;
  fields: Record<string, string | number | boolean | null>;
}

interface Schema extends DBSchema {
  designs: { key: string; value: KeptDesign };
  answers: { key: string; value: unknown };
  deleted: { key: string; value: Deletion };
  history: { key: string; value: KeptHistory };
  events: { key: number; value: LoggedEvent };
}

type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], "versionchange">;

const NAME = "model-studio";
const VERSION = 2;

let opened: Promise<IDBPDatabase<Schema>> | null = null;

/** The open database; stores of this folder alone use it. */
export function db(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(NAME, VERSION, {
    upgrade: (database, from, _, transaction) => {
      if (from < 1) {
        database.createObjectStore("designs", { keyPath: "id" });
        database.createObjectStore("answers");
      }
      if (from < 2) {
        database.createObjectStore("deleted", { keyPath: "id" });
        database.createObjectStore("history", { keyPath: "id" });
        database.createObjectStore("events", { autoIncrement: true });
        // Ends before the upgrade does: the transaction waits for its requests, and a failed one undoes the upgrade.
        void addBases(transaction);
      }
    },
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
    terminated: () => {
      opened = null;
    },
  });
  return opened;
}

/** Version 1 kept the ETag only, under `base`. */
async function addBases(transaction: Upgrade): Promise<void> {
  const designs = transaction.objectStore("designs");
  for (const old of (await designs.getAll()) as (Omit<KeptDesign, "base"> & { base: unknown })[]) {
    const { id, design, dirty, changedAt } = old;
    const etag = typeof old.base === "string" ? old.base : "";
    const base = { etag, design: dirty ? null : design };
    await designs.put({ ...fresh(design), id, base, dirty, changedAt, waitingSince: dirty ? changedAt : null });
  }
}

/** A record of a design that the server does not have yet. */
export function fresh(design: ModelArchitecture): KeptDesign {
  const now = Date.now();
  return {
    id: design.id,
    design,
    base: null,
    dirty: true,
    changedAt: now,
    waitingSince: now,
    edition: 1,
    unheard: [],
    conflict: null,
    trouble: null,
  };
}

export const kept = {
  get: async (id: string): Promise<KeptDesign | undefined> => (await db()).get("designs", id),
  put: async (design: KeptDesign): Promise<unknown> => (await db()).put("designs", design),
  remove: async (id: string): Promise<void> => (await db()).delete("designs", id),
  all: async (): Promise<KeptDesign[]> => (await db()).getAll("designs"),
  /** Reads and writes in one transaction, so that no other tab comes between; `change` answers undefined to leave it. */
  update: async (
    id: string,
    change: (found: KeptDesign | undefined) => KeptDesign | undefined,
    history?: () => KeptHistory,
  ): Promise<KeptDesign | undefined> => {
    const transaction = (await db()).transaction(["designs", "history"], "readwrite");
    const designs = transaction.objectStore("designs");
    const found = await designs.get(id);
    const next = change(found);
    if (next) await designs.put(next);
    if (history) await transaction.objectStore("history").put(history());
    await transaction.done;
    return next ?? found;
  },
};

export const deletions = {
  get: async (id: string): Promise<Deletion | undefined> => (await db()).get("deleted", id),
  put: async (deletion: Deletion): Promise<unknown> => (await db()).put("deleted", deletion),
  remove: async (id: string): Promise<void> => (await db()).delete("deleted", id),
  all: async (): Promise<Deletion[]> => (await db()).getAll("deleted"),
};

/** The last answer of the server to a question, so that the page opens without it. */
export const answers = {
  get: async <T>(key: string): Promise<T | undefined> => (await db()).get("answers", key) as Promise<T | undefined>,
  put: async (key: string, value: unknown): Promise<unknown> => (await db()).put("answers", value, key),
};
