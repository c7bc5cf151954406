import { describe, expect, it } from "vitest";
import { catalogue, type Prop } from "../src/domain/catalogue";
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatShape,
  formatShort,
} from "../src/domain/format";
import { stepped, typedNumber, usefulPresets } from "../src/domain/steps";

function prop(type: string, name: string): Prop {
  const found = catalogue.get(type)?.props.get(name);
  if (!found) throw new Error(`${type} has no ${name}`);
  return found;
}

describe("formats", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1k"],
    [2176, "2.18k"],
    [118_789, "119k"],
    [999_960, "1M"],
    [2_000_000, "2M"],
    [12_340_000, "12.3M"],
  ])("%d in short is %s", (value, text) => expect(formatShort(value)).toBe(text));

  it.each([
    [0, "0"],
    [0.000_96, "0.00096"],
    [0.000_000_2, "2.0e-7"],
    [0.9701, "0.9701"],
    [12_345, "12,345"],
  ])("%d is %s", (value, text) => expect(formatNumber(value)).toBe(text));

  it("writes counts, shares, shapes, sizes and times", () => {
    expect(formatCount(107_461)).toBe("107,461");
    expect([0, 0.004, 0.5, 1].map(formatPercent)).toEqual(["0%", "<1%", "50%", "100%"]);
    expect(formatShape({ kind: "tokens", tokens: 16, width: 64 })).toBe("16 × 64");
    expect(formatShape({ kind: "board", tokens: 16, width: 1 })).toBe("16 cells");
    expect(formatBytes(444_000)).toBe("444 kB");
    expect([12, 200, 7500].map(formatDuration)).toEqual(["12 s", "3 min", "2 h 5 min"]);
  });

  it("says how long ago", () => {
    const now = Date.parse("2026-01-10T12:00:00Z");
    expect(formatAgo("2026-01-10T12:00:20Z", now)).toBe("just now");
    expect(formatAgo("2026-01-10T11:55:00Z", now)).toBe("5 min ago");
    expect(formatAgo("2026-01-09T11:00:00Z", now)).toBe("yesterday");
    expect(formatAgo("broken", now)).toBe("");
  });
});

describe("steppers", () => {
  it("go along the grid of the prop and stop at its bounds", () => {
    const width = prop("embedding", "d_model");
    expect(stepped(width, 64, 1, null)).toBe(72);
    expect(stepped(width, 100, 1, null)).toBe(104);
    expect(stepped(width, 100, -1, null)).toBe(96);
    expect(stepped(width, 8, -1, null)).toBe(8);
    expect(stepped(prop("linear", "out_features"), 8, -1, null)).toBe(1);
  });

  it("go from divisor to divisor where one is asked for", () => {
    const heads = prop("transformer_layer", "n_heads");
    expect(stepped(heads, 4, 1, 96)).toBe(6);
    expect(stepped(heads, 4, -1, 96)).toBe(3);
    expect(stepped(heads, 64, 1, 128)).toBe(64);
    expect(stepped(heads, 5, 1, 64)).toBe(8);
  });

  it("keep fractions clean", () => {
    const strength = prop("load_balance_router", "reward_coef");
    expect(stepped(strength, 0.29, 1, null)).toBe(0.3);
    expect(stepped(strength, 0.01, -1, null)).toBe(0);
  });

  it("offer only presets that the neighbours allow", () => {
    expect(usefulPresets(prop("transformer_layer", "n_heads"), 36, null)).toEqual([1, 2, 4]);
    expect(usefulPresets(prop("moe_layer", "top_k"), null, 1)).toEqual([1]);
  });

  it("read what was typed", () => {
    const strength = prop("load_balance_router", "reward_coef");
    const heads = prop("transformer_layer", "n_heads");
    expect(typedNumber(strength, " 0,05 ")).toBe(0.05);
    expect(typedNumber(strength, "1e-3")).toBe(0.001);
    expect([".", "", "abc", "1e999"].map((text) => typedNumber(strength, text))).toEqual([null, null, null, null]);
    expect(typedNumber(heads, "2.5")).toBe(null);
  });
});
