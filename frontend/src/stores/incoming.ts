/**
 * A design that came to the page from outside: a link that was opened, a text or file that another app shared. It is
 * only held here; the import sheet reads it, shows it, and adds it when the user says so.
 */
import { create } from "zustand";

export type Incoming = { kind: "text"; text: string } | { kind: "file"; file: File } | { kind: "ask" };

interface IncomingState {
  incoming: Incoming | null;
  /** Tells one arrival from the next, so that the sheet starts anew. */
  ticket: number;
}

export const useIncoming = create<IncomingState>(() => ({ incoming: null, ticket: 0 }));

/** Opens the import sheet on what arrived; `ask` opens it empty. */
export function receive(incoming: Incoming): void {
  useIncoming.setState(({ ticket }) => ({ incoming, ticket: ticket + 1 }));
}

/** Closes the import sheet, and takes the design out of the address, so that a reload does not ask again. */
export function dismissIncoming(): void {
  useIncoming.setState({ incoming: null });
  if (location.hash.startsWith("#d=")) history.replaceState(history.state, "", location.pathname);
}
