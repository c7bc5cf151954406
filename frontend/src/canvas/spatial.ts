/** Which blocks lie where: a grid of buckets, so that a touch or a frame looks at a few blocks only. */
import { NODE_HEIGHT, NODE_WIDTH, type Point } from "../domain/layout";
import type { Box } from "./viewport";

const CELL = 512;

export class SpatialIndex {
  private readonly buckets = new Map<string, string[]>();
  private cells: Box = { left: 0, top: 0, right: -1, bottom: -1 };

  constructor(private readonly nodes: ReadonlyMap<string, Point>) {
    for (const [id, { x, y }] of nodes) {
      const [column, row] = [Math.floor(x / CELL), Math.floor(y / CELL)];
      const key = `${column} ${row}`;
      const bucket = this.buckets.get(key);
      if (bucket) bucket.push(id);
      else this.buckets.set(key, [id]);
      this.grow(column, row);
    }
  }

  private grow(column: number, row: number): void {
    const { left, top, right, bottom } = this.cells;
    const isFirst = right < left;
    this.cells = {
      left: isFirst ? column : Math.min(left, column),
      top: isFirst ? row : Math.min(top, row),
      right: isFirst ? column : Math.max(right, column),
      bottom: isFirst ? row : Math.max(bottom, row),
    };
  }

  /** Ids of the blocks that touch a box, in no order. */
  within(box: Box): string[] {
    const { left, top, right, bottom } = this.cells;
    const found: string[] = [];
    // Centres are in the buckets, so the search reaches half a block further; far views never leave the used cells.
    const fromRow = Math.max(top, Math.floor((box.top - NODE_HEIGHT / 2) / CELL));
    const toRow = Math.min(bottom, Math.floor((box.bottom + NODE_HEIGHT / 2) / CELL));
    const fromColumn = Math.max(left, Math.floor((box.left - NODE_WIDTH / 2) / CELL));
    const toColumn = Math.min(right, Math.floor((box.right + NODE_WIDTH / 2) / CELL));
    // Blocks far apart leave many empty cells: then the list of blocks is the shorter walk.
    if ((toRow - fromRow + 1) * (toColumn - fromColumn + 1) > this.nodes.size) {
      return [...this.nodes.keys()].filter((id) => this.touches(id, box));
    }
    for (let row = fromRow; row <= toRow; row += 1) {
      for (let column = fromColumn; column <= toColumn; column += 1) {
        for (const id of this.buckets.get(`${column} ${row}`) ?? []) if (this.touches(id, box)) found.push(id);
      }
    }
    return found;
  }

  private touches(id: string, box: Box): boolean {
    const at = this.nodes.get(id);
    if (!at) return false;
    const [halfWidth, halfHeight] = [NODE_WIDTH / 2, NODE_HEIGHT / 2];
    return (
      at.x + halfWidth >= box.left && at.x - halfWidth <= box.right && at.y + halfHeight >= box.top && at.y - halfHeight <= box.bottom
    );
  }
}
