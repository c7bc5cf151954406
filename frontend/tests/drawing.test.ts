import { describe, expect, it } from "vitest";
import { catalogue } from "../src/domain/catalogue";
import { drawDesign } from "../src/domain/drawing";
import { sketchOf } from "../src/domain/sketch";
import { cutToWidth, escapeXml } from "../src/domain/svgText";
import { slugs, template } from "./templates";

const icon = (): string => "M0 0h24";

function parsed(svg: string): Document {
  const document = new DOMParser().parseFromString(svg, "image/svg+xml");
  expect(document.querySelector("parsererror")).toBeNull();
  return document;
}

describe("the picture of a design", () => {
  it.each(slugs)("shows every block of %s with its label, and every connection", (slug) => {
    const design = template(slug);
    const { svg, width, height } = drawDesign(design, icon);
    const document = parsed(svg);
    const texts = [...document.querySelectorAll("text")].map((text) => text.textContent);
    for (const { type } of design.components) {
      const title = catalogue.get(type)?.title ?? "";
      expect(texts.some((text) => text.startsWith(title.slice(0, 12)))).toBe(true);
    }
    expect(document.querySelectorAll("path[d^=M]").length).toBe(design.components.length + design.edges.length);
    expect(width).toBeGreaterThan(300);
    expect(height).toBeGreaterThan(300);
    expect(drawDesign(design, icon).svg).toBe(svg);
  });

  it("needs nothing from outside and runs nothing, whatever the name", () => {
    const name = `<script>alert(1)</script>"' onload=x & ]]> <image href=//evil>`;
    const document = parsed(drawDesign({ ...template("tiny-linear"), name }, icon).svg);
    expect(document.querySelector("script, image, foreignObject, use, a, style")).toBeNull();
    expect(document.querySelector("title")?.textContent).toBe(name);
    for (const element of document.querySelectorAll("*")) {
      for (const { name: attribute } of element.attributes) expect(attribute).not.toMatch(/^on|href/);
    }
  });

  it("is drawn for a design without blocks, and for one full of loops", () => {
    const design = template("tiny-linear");
    parsed(drawDesign({ ...design, components: [], edges: [] }, icon).svg);
    const loops = design.edges.map(([from, to]): [string, string] => [to, from]);
    parsed(drawDesign({ ...design, edges: [...design.edges, ...loops, ["board", "board"]] }, icon).svg);
  });
});

describe("a sketch", () => {
  const size = { width: 60, height: 72 };

  it.each(slugs)("of %s stays within its frame", (slug) => {
    const { bars } = sketchOf(template(slug), size);
    expect(bars).toHaveLength(template(slug).components.length);
    for (const bar of bars) {
      expect(bar.x).toBeGreaterThanOrEqual(0);
      expect(bar.y).toBeGreaterThanOrEqual(0);
      expect(bar.x + bar.width).toBeLessThanOrEqual(size.width);
      expect(bar.y + bar.height).toBeLessThanOrEqual(size.height);
    }
  });

  it("of nothing is empty, and one block is no billboard", () => {
    const design = template("tiny-linear");
    expect(sketchOf({ ...design, components: [], edges: [] }, size).bars).toEqual([]);
    const [only] = sketchOf({ ...design, components: design.components.slice(0, 1), edges: [] }, size).bars;
    expect(only?.width).toBeLessThan(40);
    expect(only?.height).toBeLessThan(14);
  });
});

describe("text in a picture", () => {
  it("is escaped, without what XML forbids", () => {
    expect(escapeXml(`<a b="c">'&\u0000\ud800`)).toBe("&lt;a b=&quot;c&quot;&gt;&#39;&amp;\ufffd\ufffd");
    expect(escapeXml("😀")).toBe("😀");
  });

  it("is cut where it would run over the edge", () => {
    expect(cutToWidth("Add", 14, 150, true)).toBe("Add");
    const cut = cutToWidth("A title that nobody can read in a card", 14, 150, true);
    expect(cut).toMatch(/^A title that.*…$/);
    expect(cut.length).toBeLessThan(24);
  });
});
