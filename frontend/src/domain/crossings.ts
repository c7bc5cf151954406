/** The order of slots within each layer, so that few connections cross: medians up and down, the best order kept. */
import type { Slot } from "./layout";

const ROUNDS = 6;

/** Sorts every row in place. Ties keep their order, so that a lane stays to the right of the chain it passes. */
export function orderLayers(rows: Slot[][]): void {
  let best = rows.map((row) => [...row]);
  let fewest = crossingsOf(rows);
  for (let round = 0; round < ROUNDS && fewest > 0; round += 1) {
    const isDown = round % 2 === 0;
    for (const row of isDown ? rows : [...rows].reverse()) sortRow(rows, row, isDown);
    const count = crossingsOf(rows);
    if (count < fewest) {
      fewest = count;
      best = rows.map((row) => [...row]);
    }
  }
  best.forEach((row, at) => (rows[at] = row));
}

function placesOf(row: readonly Slot[] | undefined): Map<Slot, number> {
  return new Map((row ?? []).map((slot, at) => [slot, at]));
}

function sortRow(rows: Slot[][], row: Slot[], isDown: boolean): void {
  const layer = row[0]?.layer ?? 0;
  const places = placesOf(rows[layer + (isDown ? -1 : 1)]);
  const rank = new Map(
    row.map((slot, at) => {
      const near = isDown ? slot.above : slot.below;
      const sum = near.reduce((total, other) => total + (places.get(other) ?? 0), 0);
      return [slot, near.length === 0 ? at : sum / near.length] as const;
    }),
  );
  row.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
}

/** How many pairs of connections between neighbouring layers cross. */
export function crossingsOf(rows: readonly Slot[][]): number {
  let count = 0;
  for (const [at, row] of rows.entries()) {
    const places = placesOf(rows[at + 1]);
    const ends = row.flatMap((slot) => slot.below.map((lower) => places.get(lower) ?? 0).sort((a, b) => a - b));
    count += inversions(ends, places.size);
  }
  return count;
}

/** Pairs that are out of order, by a Fenwick tree over the places: n log n. */
function inversions(ends: readonly number[], size: number): number {
  const tree = new Array<number>(size + 1).fill(0);
  let count = 0;
  ends.forEach((end, seen) => {
    let notAbove = 0;
    for (let at = end + 1; at > 0; at -= at & -at) notAbove += tree[at] ?? 0;
    count += seen - notAbove;
    for (let at = end + 1; at <= size; at += at & -at) tree[at] = (tree[at] ?? 0) + 1;
  });
  return count;
}
