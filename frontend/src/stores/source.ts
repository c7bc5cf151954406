/** The generated Python of a design as it is now: the server compiles what it has, so what is open is saved first. */
import { api } from "../api/client";
import type { CompileResult } from "../api/types";
import { useDesignStore } from "./designStore";
import { saveNow } from "./designSync";

export interface Source {
  result: CompileResult;
  text: string;
}

/** Throws Problem (with issues, where the design is at fault) or Unreachable. */
export async function fetchSource(designId: string): Promise<Source> {
  if (useDesignStore.getState().currentDesign?.id === designId) await saveNow();
  const result = await api.compile(designId);
  return { result, text: await api.source(designId) };
}
