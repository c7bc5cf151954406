/** Raw DEFLATE with the browser's own streams, and a lid on what comes out: a bomb of 1 KB may hold 1 MB. */

/** Pieces that are fed at a time; DEFLATE grows at most 1032-fold, so one piece gives at most 4 MB. */
const PIECE_BYTES = 4096;

/** The bytes are no deflated data, or only a part of it. */
export class Damaged extends Error {
  override readonly name = "Damaged";
}

/** More came out than was allowed. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) {
        controller.close();
        return;
      }
      controller.enqueue(bytes.subarray(at, at + PIECE_BYTES));
      at += PIECE_BYTES;
    },
  });
}

async function collect(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw new TooLarge(`more than ${maxBytes} bytes`);
    }
    pieces.push(next.value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Compresses; a design of 12 blocks shrinks to about a quarter. */
export function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return collect(streamOf(bytes).pipeThrough(new CompressionStream("deflate-raw")), Infinity);
}

/** Throws TooLarge as soon as more than `maxBytes` came out, and Damaged where the bytes were changed or cut off. */
export async function inflate(bytes: Uint8Array<ArrayBuffer>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await collect(streamOf(bytes).pipeThrough(new DecompressionStream("deflate-raw")), maxBytes);
  } catch (error) {
    if (error instanceof TooLarge) throw error;
    // Which error a stream fails with differs: TypeError in browsers, zlib's own in Node.
    throw new Damaged("no deflated data", { cause: error });
  }
}
