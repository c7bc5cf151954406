/** Fetches a file and hands it to the browser's downloads, so that a refusal is an error with words and not a broken file. */
import { problemOf, Unreachable } from "./problems";

/** The server may need a while: it exports in a child process and checks the file. */
const DEADLINE_MS = 180_000;
const KEEP_URL_MS = 60_000;

/** Throws Problem or Unreachable. */
export async function download(url: string): Promise<{ name: string; bytes: number }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) }).catch((error: unknown) => {
    throw new Unreachable(error);
  });
  if (!response.ok) throw await problemOf(response);
  const blob = await response.blob();
  const name = fileName(response.headers.get("content-disposition"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), KEEP_URL_MS);
  return { name, bytes: blob.size };
}

function fileName(disposition: string | null): string {
  return /filename="([^"]+)"/.exec(disposition ?? "")?.[1] ?? "model";
}
