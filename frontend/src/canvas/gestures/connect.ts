/** A finger pulls a connection out of a port. The tap-tap way does the same without a drag. */
import type { Gesture, Hit, Surface, Touch } from "./surface";

export class Connecting implements Gesture {
  readonly name = "connecting";

  constructor(
    private readonly surface: Surface,
    port: Extract<Hit, { kind: "port" }>,
  ) {
    surface.connectStart(port.id, port.side);
  }

  move(touch: Touch): this {
    this.surface.connectTo(touch);
    return this;
  }

  up(touch: Touch): void {
    this.surface.connectEnd(touch);
  }

  cancel(): void {
    this.surface.connectEnd(null);
  }
}
