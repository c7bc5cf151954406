import { describe, expect, it } from "vitest";
import type { Hit } from "../../src/canvas/gestures/surface";
import { Fingers } from "./fingers";

const selected: Hit = { kind: "node", id: "a", selected: true };
const plain: Hit = { kind: "node", id: "a", selected: false };
const port: Hit = { kind: "port", id: "a", side: "out" };

/** The log without the ring, which most gestures take away to be sure. */
const said = (fingers: Fingers): string[] => fingers.log.filter((line) => !line.endsWith("ring"));

describe("a tap", () => {
  it("is a finger that comes and goes, and may tremble", () => {
    expect(said(new Fingers(plain).down(10, 10).move(15, 14).up())).toEqual(["tap node"]);
  });

  it("is nothing once the browser takes the finger away", () => {
    const fingers = new Fingers(plain).down(10, 10).cancel().up();
    expect(said(fingers)).toEqual([]);
    expect(fingers.gestures.name).toBe("idle");
  });
});

describe("a drag", () => {
  it("pans on empty space and on a block that is not selected", () => {
    for (const hit of [{ kind: "empty" } as const, plain]) {
      expect(said(new Fingers(hit).down(0, 0).move(7, 0).move(20, 5).wait(100).up())).toEqual(["pan 20 5"]);
    }
  });

  it("moves a selected block after 8 pixels, from where the finger went down", () => {
    const fingers = new Fingers(selected).down(50, 50).move(57, 50);
    expect(said(fingers)).toEqual([]);
    fingers.move(58, 50).move(80, 40).up();
    expect(said(fingers)).toEqual(["move start", "move 8 0", "move 30 -10", "moved"]);
  });

  it("flings when the finger leaves in motion, not after it stood", () => {
    const start = (): Fingers => new Fingers().down(0, 0).wait(10).move(20, 0).wait(10).move(60, 0);
    expect(said(start().up()).at(-1)).toBe("fling");
    expect(said(start().wait(200).up()).at(-1)).toBe("pan 40 0");
  });

  it("draws a frame on empty space while selecting, and takes it back at a second finger", () => {
    const fingers = new Fingers({ kind: "empty" }, true).down(0, 0).move(30, 40);
    expect(said(fingers)).toEqual(["lasso 0,0 30,40"]);
    expect(said(fingers.down(100, 100, 2))).toContain("lasso back");
    expect(said(new Fingers({ kind: "empty" }, true).down(0, 0).move(30, 40).up())).toEqual(["lasso 0,0 30,40", "lassoed"]);
  });
});

describe("a long press", () => {
  it("shows its ring from 150 ms and opens at 500 ms, when the finger is lifted", () => {
    const fingers = new Fingers(plain).down(5, 5).wait(149);
    expect(fingers.log).toEqual([]);
    expect(fingers.wait(1).log).toEqual(["ring"]);
    expect(fingers.wait(350).log).toEqual(["ring"]);
    expect(fingers.up().log).toEqual(["ring", "no ring", "hold node"]);
  });

  it("is a tap when the finger leaves early, a drag when it moves", () => {
    expect(new Fingers(plain).down(5, 5).wait(400).up().log).toEqual(["ring", "no ring", "tap node"]);
    expect(new Fingers(selected).down(5, 5).wait(400).move(30, 5).wait(500).up().log).toEqual([
      "ring",
      "no ring",
      "move start",
      "move 25 0",
      "moved",
    ]);
  });

  it("can be slipped away from, and opens nothing for two fingers", () => {
    expect(said(new Fingers(plain).down(5, 5).wait(600).move(40, 40).up())).toEqual([]);
    expect(said(new Fingers(plain).down(5, 5).down(50, 50, 2).wait(600).up(2).up())).not.toContain("hold node");
  });
});

describe("a connection", () => {
  it("is pulled out of a port and dropped", () => {
    expect(said(new Fingers(port).down(0, 0).move(0, 20).move(5, 90).up())).toEqual([
      "connect a out",
      "pull 0 20",
      "pull 5 90",
      "drop 5 90",
    ]);
  });

  it("is taken back at a second finger", () => {
    expect(said(new Fingers(port).down(0, 0).move(0, 20).down(80, 80, 2))).toContain("connect back");
  });
});

describe("two fingers", () => {
  it("zoom around their middle, at most once per picture", () => {
    const fingers = new Fingers().down(0, 0).down(100, 0, 2).move(120, 0, 2).move(200, 0, 2);
    expect(said(fingers)).toEqual(["pinch at 50 0"]);
    expect(said(fingers.frame())).toEqual(["pinch at 50 0", "pinch 2 100 0"]);
  });

  it("roll a move back before they zoom", () => {
    const fingers = new Fingers(selected).down(0, 0).move(40, 0).down(100, 0, 2);
    expect(said(fingers)).toEqual(["move start", "move 40 0", "move back", "pinch at 70 0"]);
    expect(fingers.gestures.name).toBe("pinching");
  });

  it("become a pan when one is lifted, with the last pinch applied", () => {
    const fingers = new Fingers().down(0, 0).down(100, 0, 2).move(200, 0, 2).up(2).move(10, 30);
    expect(said(fingers)).toEqual(["pinch at 50 0", "pinch 2 100 0", "pan 10 30"]);
    expect(fingers.up().gestures.name).toBe("idle");
  });

  it("are not disturbed by a third", () => {
    const fingers = new Fingers().down(0, 0).down(100, 0, 2).down(50, 300, 3).move(60, 310, 3).up(3);
    expect(said(fingers)).toEqual(["pinch at 50 0"]);
    expect(said(fingers.move(200, 0, 2).frame()).at(-1)).toBe("pinch 2 100 0");
  });

  it("never tap", () => {
    expect(said(new Fingers(plain).down(0, 0).down(100, 0, 2).up(2).up())).not.toContain("tap node");
  });
});
