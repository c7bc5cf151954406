/** A thin wrapper of fetch: JSON both ways, typed errors, a deadline, and word of whether the server answered. */
import { Problem, problemOf, Unreachable } from "./problems";

const DEADLINE_MS = 20_000;
/** What a proxy answers for a server that is away. */
const AWAY = new Set([502, 504]);

export interface Answer<T> {
  data: T;
  etag: string | null;
  location: string | null;
}

export interface Options {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

type Listener = (reached: boolean) => void;
const listeners = new Set<Listener>();

/** Tells `listener` after every call whether the server answered; returns a function that ends this. */
export function onOutcome(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(reached: boolean): void {
  listeners.forEach((listener) => listener(reached));
}

/** Throws Problem for an error answer and Unreachable for none. */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const response = await send(method, path, options);
  if (!response.ok) throw await problemOf(response);
  const data: unknown = response.status === 204 ? undefined : await response.json();
  return { data: data as T, etag: response.headers.get("etag"), location: response.headers.get("location") };
}

/** As `call`, for an answer that is plain text. */
export async function callText(path: string): Promise<string> {
  const response = await send("GET", path, {});
  if (!response.ok) throw await problemOf(response);
  return response.text();
}

async function send(method: string, path: string, { body, headers, signal }: Options): Promise<Response> {
  const signals = [AbortSignal.timeout(DEADLINE_MS), ...(signal ? [signal] : [])];
  try {
    const response = await fetch(path, {
      method,
      headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any(signals),
      cache: "no-store",
    });
    if (AWAY.has(response.status)) throw new Unreachable(response.status);
    tell(true);
    return response;
  } catch (error) {
    if (signal?.aborted) throw error;
    tell(false);
    throw error instanceof Unreachable ? error : new Unreachable(error);
  }
}

export { Problem, Unreachable };
