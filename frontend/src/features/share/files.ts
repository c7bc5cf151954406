/** Hands a file that the page made to the browser's downloads. */

const KEEP_URL_MS = 60_000;

/** Starts the download of `blob` under `name`. */
export function saveFile(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), KEEP_URL_MS);
}

/** "Großes Netz: v2!" -> "grosses-netz-v2": a file name that every system takes. */
export function fileStem(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replaceAll("ß", "ss")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return Array.from(plain).slice(0, 60).join("") || "design";
}

/** Copies text; false where the browser does not let the page. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Denied by the user or the browser: every caller says so and shows the text to copy by hand.
    return false;
  }
}
