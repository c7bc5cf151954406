import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { toBase64Url } from "../src/domain/base64url";
import { limits } from "../src/domain/catalogue";
import { deflate } from "../src/domain/deflate";
import { firstIssues, readFile, readPayload, readText, type Imported, type RefusalCode } from "../src/domain/importing";
import { packDesign, shareLink } from "../src/domain/share";
import { template } from "./templates";

const PAGE = "http://127.0.0.1:8000/model-studio";
const starter = template("starter-moe");
const pretty = JSON.stringify(starter, null, 2);

function codeOf(imported: Imported): RefusalCode | "ok" {
  return imported.ok ? "ok" : imported.refusal.code;
}

async function payloadOf(text: string): Promise<string> {
  return toBase64Url(await deflate(new TextEncoder().encode(text)));
}

const file = (...parts: BlobPart[]): Blob => new Blob(parts);

describe("what can be imported", () => {
  it("is a link, a message around a link, the JSON of a design, and a file with either", async () => {
    const link = await shareLink(PAGE, starter);
    for (const imported of [
      await readText(link),
      await readText(`Have a look:\n${link}\nbye`),
      await readText(pretty),
      await readText(`\ufeff${pretty}`),
      await readFile(file(pretty)),
      await readFile(file("\ufeff", pretty)),
      await readFile(file(link)),
    ]) {
      if (!imported.ok) throw new Error(imported.refusal.title);
      expect(imported.design.name).toBe("Starter: attention and experts");
      expect(imported.design).not.toHaveProperty("id");
      expect(imported.analysis.paramCount).toBe(107_461);
    }
  });

  it("is a draft that breaks rules, with its issues", async () => {
    const imported = await readText(JSON.stringify({ ...starter, edges: [] }));
    if (!imported.ok) throw new Error("refused");
    expect(imported.analysis.result.valid).toBe(false);
    expect(imported.analysis.result.errors.length).toBeGreaterThan(3);
  });

  it("may lack a name, and its id does not matter", async () => {
    const imported = await readText(JSON.stringify({ ...starter, name: undefined, id: "../../etc" }));
    expect(imported.ok && imported.design.name).toBe("Imported design");
  });
});

describe("what is refused", () => {
  it.each<[RefusalCode, string]>([
    ["empty", ""],
    ["empty", " \n\t"],
    ["too-large", `{"name": "${"x".repeat(2_000_000)}"}`],
    ["page", "<!doctype html><title>Model Studio</title>"],
    ["no-design-in-link", "https://example.com/model-studio"],
    ["no-design-in-link", PAGE],
    ["no-json", "hello"],
    ["no-json", pretty.slice(0, -40)],
    ["no-json", "{'components': []}"],
    ["not-a-design", "[]"],
    ["not-a-design", "{}"],
    ["not-a-design", '{"edges": []}'],
    ["not-a-design", `{"components": ${"[".repeat(5000)}${"]".repeat(5000)}}`],
    ["not-a-design", "[".repeat(200_000)],
    ["newer", JSON.stringify({ ...starter, version: limits.schema_version + 1 })],
    ["malformed", JSON.stringify({ ...starter, components: "none" })],
    ["malformed", '{"name": "x", "components": [], "edges": [], "__proto__": {"polluted": true}}'],
    ["malformed", '{"name": "x", "components": [{"id": "a", "type": "linear", "props": {"__proto__": 1, "constructor": 2}}], "edges": []}'],
    ["malformed", JSON.stringify({ ...starter, name: "bell\u0007" })],
    ["malformed", JSON.stringify({ ...starter, surprise: 1 })],
    ["malformed", JSON.stringify({ ...starter, components: [{ id: "a", type: "warp_drive", props: {} }], edges: [] })],
  ])("%s (case %#)", async (code, text) => {
    expect(codeOf(await readText(text))).toBe(code);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("names every part that is damaged, in the words of the rules", async () => {
    const imported = await readText(JSON.stringify({ ...starter, components: [{ id: "9", type: "linear", props: {} }], edges: [["a"]] }));
    if (imported.ok) throw new Error("taken");
    expect(imported.refusal.issues.map(({ code }) => code)).toEqual(["component.id", "design.edge"]);
    expect(imported.refusal.title).toBe("This design is damaged");
  });

  it("a link that was cut or changed on the way, wherever the cut is", async () => {
    const payload = await packDesign(starter);
    for (const end of [0, 1, 2, 10, 50, payload.length - 1]) {
      expect(["cut", "not-a-design", "no-design-in-link"], `cut at ${end}`).toContain(codeOf(await readPayload(payload.slice(0, end))));
    }
    expect(codeOf(await readPayload(`${payload.slice(0, 40)}!${payload.slice(41)}`))).toBe("cut");
    expect(codeOf(await readText(`${PAGE}#d=`))).toBe("cut");
  });

  it("a payload that is something else", async () => {
    const cases: [RefusalCode, string][] = [
      ["not-a-design", "hello"],
      ["not-a-design", "{}"],
      ["not-a-design", "[]"],
      ["not-a-design", '["1", 1, "x", [], [], []]'],
      ["newer", "[2]"],
      ["newer", `[1, ${limits.schema_version + 1}, "x", [64, 4, 4], [], []]`],
      ["not-a-design", '[1, 1, "x", [64, 4, 4], [], [0, 0]]'],
      ["not-a-design", '[1, 1, "x", [64, 4, 4], ["board_input"], [0, 1e999]]'],
      ["not-a-design", '[1, 1, "x", [64, 4, 4], ["board_input"], [0]]'],
      ["not-a-design", '[1, 1, "x", [64, 4, 4], [["linear", [1]]], []]'],
      ["malformed", '[1, 1, 5, [64, 4, 4], [], []]'],
      ["malformed", '[1, 1, "x", ["64", 4, 4], [], []]'],
      ["malformed", '[1, 1, "x", [64, 4, 4], [["linear", {"__proto__": 1}]], []]'],
      ["malformed", '[1, 1, "x", [64, 4, 4], [7, null, ["linear", 0, "left", {}]], []]'],
      ["malformed", `[1, 1, "x", [64, 4, 4], ${JSON.stringify(Array.from({ length: 513 }, () => "linear"))}, []]`],
    ];
    for (const [code, text] of cases) expect(codeOf(await readPayload(await payloadOf(text))), text).toBe(code);
  });

  it("a deflate bomb, before it has unfolded", async () => {
    const payload = toBase64Url(deflateRawSync(Buffer.alloc(200_000_000, "x"), { level: 9 }));
    expect(payload.length).toBeLessThan(300_000);
    expect(codeOf(await readPayload(payload))).toBe("too-large");
  }, 30_000);

  it.each<[RefusalCode, Blob]>([
    ["empty", file()],
    ["too-large", file("x".repeat(2_000_000))],
    ["picture", file(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]))],
    ["picture", file(new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16]))],
    ["binary", file(new Uint8Array([8, 7, 18, 0, 255]))],
    ["binary", file(new Uint8Array([0x7b, 0xc3, 0x28]))],
    ["page", file("<svg xmlns='http://www.w3.org/2000/svg'/>")],
    ["no-json", file("name,score\na,1\n")],
  ])("a file that is %s", async (code, blob) => {
    expect(codeOf(await readFile(blob))).toBe(code);
  });

  it("says so in whole sentences", async () => {
    const imported = await readFile(file("x".repeat(2_000_000)));
    expect(imported).toMatchObject({ ok: false, refusal: { title: "Too large for a design", detail: "A design has at most 1.05 MB." } });
  });
});

describe("a long list of issues", () => {
  it("is cut, and says how many are left out", async () => {
    const imported = await readText(JSON.stringify({ ...starter, components: Array.from({ length: 30 }, () => 1), edges: [] }));
    if (imported.ok) throw new Error("taken");
    const { shown, more } = firstIssues(imported.refusal.issues, 6);
    expect(shown).toHaveLength(6);
    expect(more).toBe("and 24 more");
    expect(firstIssues(shown, 6).more).toBeNull();
  });
});
