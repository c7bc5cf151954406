/** What a design starts from on the phone, without asking the server. */
import { limits } from "../domain/catalogue";
import type { ModelArchitecture } from "../domain/types";

const ID_BYTES = 16;

/** 32 hex digits, as ids and keys are; `crypto.randomUUID` is missing where the page is not in a secure context. */
export function randomHex(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A design without blocks. */
export function emptyDesign(): Omit<ModelArchitecture, "id"> {
  const { d_model, n_heads, n_experts } = limits.meta;
  return {
    name: "New design",
    version: limits.schema_version,
    meta: { d_model: d_model.default, n_heads: n_heads.default, n_experts: n_experts.default },
    components: [],
    edges: [],
  };
}
