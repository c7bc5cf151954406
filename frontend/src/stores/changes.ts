/** Word of what changed in IndexedDB, within this tab and to the other tabs of this browser. */

/** `design`: a kept design, or its deletion; `list`: anything that the list of designs shows. */
export interface Change {
  what: "design" | "clipboard" | "events";
  id: string;
}

type Listener = (change: Change) => void;

const listeners = new Set<Listener>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("model-studio");

channel?.addEventListener("message", ({ data }: MessageEvent<Change>) => tellHere(data));

function tellHere(change: Change): void {
  listeners.forEach((listener) => listener(change));
}

/** Calls `listener` for changes of this tab and of the others; returns a function that ends this. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells every tab. */
export function announce(change: Change): void {
  tellHere(change);
  channel?.postMessage(change);
}

const chains = new Map<string, Promise<unknown>>();

/** Runs `work` while no other tab runs work under this name; without secure context: no other of this tab. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  // Browsers leave `locks` out on an insecure address.
  const locks = navigator.locks as LockManager | undefined;
  if (locks) return locks.request(`model-studio-${name}`, work);
  const before = chains.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  chains.set(name, mine.catch(() => undefined));
  return mine;
}
