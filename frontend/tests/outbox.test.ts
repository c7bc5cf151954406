import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ModelArchitecture } from "../src/domain/types";
import { deletions, fresh, kept } from "../src/stores/db";
import { createDesign, deleteDesign, discardEdits, renameDesign, restoreDesign } from "../src/stores/library";
import { countOutbox, flush, sendDesign, useOutbox } from "../src/stores/outbox";
import { template } from "./templates";

/** The server's side of the designs' calls, which can lose its answers as a network does. */
class Server {
  readonly designs = new Map<string, { design: ModelArchitecture; revision: number }>();
  writes = 0;
  isDown = false;
  /** Does what it is asked, but its next answers to a PUT do not arrive. */
  answersLost = 0;

  readonly fetch = async (path: string, init: Omit<RequestInit, "body"> & { body?: string } = {}): Promise<Response> => {
    await Promise.resolve();
    if (this.isDown) throw new TypeError("network");
    const id = path.split("/").at(-1)?.split("?")[0] ?? "";
    const answer = this.answer(init.method ?? "GET", id, new Headers(init.headers), init.body ?? "null");
    if (init.method === "PUT" && this.answersLost > 0) {
      this.answersLost -= 1;
      throw new TypeError("network");
    }
    return answer;
  };

  private answer(method: string, id: string, headers: Headers, body: string): Response {
    const found = this.designs.get(id);
    if (method === "PUT") {
      const isFresh = headers.get("if-none-match") === "*" ? !found : found && headers.get("if-match") === `"${found.revision}"`;
      if (!found && headers.get("if-match")) return this.problem(404, {});
      if (!isFresh) return this.problem(412, { current: found?.design }, found?.revision);
      this.writes += 1;
      const revision = (found?.revision ?? 0) + 1;
      this.designs.set(id, { design: JSON.parse(body) as ModelArchitecture, revision });
      return this.json(200, { id, revision }, revision);
    }
    if (!found) return this.problem(404, {});
    if (method === "DELETE") {
      this.designs.delete(id);
      return new Response(null, { status: 204 });
    }
    return this.json(200, found.design, found.revision);
  }

  private json(status: number, body: unknown, revision?: number): Response {
    const headers = { "content-type": "application/json", ...(revision === undefined ? {} : { etag: `"${revision}"` }) };
    return new Response(JSON.stringify(body), { status, headers });
  }

  private problem(status: number, more: object, revision?: number): Response {
    return this.json(status, { type: "urn:x", title: "no", status, ...more }, revision);
  }
}

let server: Server;

beforeEach(async () => {
  server = new Server();
  vi.stubGlobal("fetch", server.fetch);
  for (const { id } of await kept.all()) await kept.remove(id);
  for (const { id } of await deletions.all()) await deletions.remove(id);
});

async function edit(id: string, how: (draft: ModelArchitecture) => void): Promise<void> {
  await kept.update(id, (found) => {
    if (!found) throw new Error("no such design");
    const design = structuredClone(found.design);
    how(design);
    return { ...found, design, dirty: true, edition: found.edition + 1 };
  });
}

const setExperts = (count: number) => (draft: ModelArchitecture): void => {
  for (const component of draft.components) if (component.id === "experts") component.props["n_experts"] = count;
};

describe("an edit arrives once", () => {
  it("when its answer is lost", async () => {
    const id = await createDesign({ architecture: template("starter-moe") });
    await flush();
    await edit(id, setExperts(8));
    server.answersLost = 1;
    await sendDesign(id);
    expect((await kept.get(id))?.dirty).toBe(true);
    await sendDesign(id);
    expect(await kept.get(id)).toMatchObject({ dirty: false, conflict: null, base: { etag: '"2"' } });
    expect(server.writes).toBe(2);
  });

  it("when the answer to a creation is lost and the design was edited meanwhile", async () => {
    server.answersLost = 1;
    const id = await createDesign({ architecture: template("starter-moe") });
    await flush();
    await edit(id, setExperts(8));
    await flush();
    await edit(id, setExperts(2));
    server.answersLost = 1;
    await flush();
    await edit(id, setExperts(6));
    await flush();
    const there = server.designs.get(id);
    expect(there?.design.components.find((component) => component.id === "experts")?.props["n_experts"]).toBe(6);
    expect(await kept.get(id)).toMatchObject({ dirty: false, conflict: null, unheard: [] });
    expect(there?.revision).toBe(4);
  });

  it("however often it is flushed at once", async () => {
    const id = await createDesign({ architecture: template("starter-moe") });
    await Promise.all([flush(), flush(), sendDesign(id), flush()]);
    expect(server.writes).toBe(1);
  });
});

describe("another device", () => {
  async function shared(): Promise<string> {
    const id = await createDesign({ architecture: template("starter-moe") });
    await flush();
    const there = server.designs.get(id);
    if (!there) throw new Error("not sent");
    const design = structuredClone(there.design);
    setExperts(2)(design);
    server.designs.set(id, { design, revision: there.revision + 1 });
    return id;
  }

  it("that changed something else is merged with", async () => {
    const id = await shared();
    await edit(id, (draft) => void (draft.name = "Mine"));
    await flush();
    expect(server.designs.get(id)?.design).toMatchObject({ name: "Mine" });
    expect(server.designs.get(id)?.design.components.find((component) => component.id === "experts")?.props["n_experts"]).toBe(2);
    expect((await kept.get(id))?.dirty).toBe(false);
  });

  it("that changed the same is not overwritten, and its version can be taken", async () => {
    const id = await shared();
    await edit(id, setExperts(8));
    await flush();
    await flush();
    expect(server.writes).toBe(1);
    expect((await kept.get(id))?.conflict).toMatchObject({ etag: '"2"' });
    expect(useOutbox.getState().items).toMatchObject([{ id, what: "edit", conflict: true }]);
    await discardEdits(id);
    await countOutbox();
    expect((await kept.get(id))?.design.components.find((component) => component.id === "experts")?.props["n_experts"]).toBe(2);
    expect(useOutbox.getState().items).toEqual([]);
  });

  it("that changed a design which was deleted here keeps it", async () => {
    const id = await shared();
    await deleteDesign(id);
    await flush();
    expect(server.designs.has(id)).toBe(true);
    expect(await deletions.get(id)).toBeUndefined();
  });
});

describe("without a server", () => {
  it("a design is made, renamed, deleted and restored, and only the outcome is sent", async () => {
    server.isDown = true;
    const [made, gone] = [await createDesign({ name: "A" }), await createDesign({ name: "B" })];
    await renameDesign(made, "C");
    await deleteDesign(gone);
    await flush();
    server.isDown = false;
    await flush();
    expect([...server.designs.values()].map(({ design }) => design.name)).toEqual(["C"]);
    expect(server.writes).toBe(1);
    await restoreDesign(gone);
    await flush();
    expect(server.designs.get(gone)?.design.name).toBe("B");
  });

  it("a deletion that was sent is undone under the same id", async () => {
    const id = await createDesign({ name: "Back" });
    await flush();
    await deleteDesign(id);
    await flush();
    expect(server.designs.has(id)).toBe(false);
    await restoreDesign(id);
    await flush();
    expect(server.designs.get(id)?.design.name).toBe("Back");
  });

  it("edits of a design that was deleted elsewhere are kept and named", async () => {
    const design = template("starter-moe");
    await kept.put({ ...fresh(design), base: { etag: '"4"', design } });
    await flush();
    expect((await kept.get(design.id))?.trouble?.kind).toBe("gone");
    expect(useOutbox.getState().items).toMatchObject([{ trouble: { kind: "gone" } }]);
  });
});
