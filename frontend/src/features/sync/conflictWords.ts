/** What each side of a conflict did, for people. */
import { catalogue } from "../../domain/catalogue";
import { valueText } from "../../domain/diff";
import type { Conflict, Side } from "../../domain/merge";

export interface ConflictWords {
  /** Id of the block, for its picture; null for what belongs to the design. */
  type: string | null;
  title: string;
  what: string;
  mine: string;
  theirs: string;
}

const META_TEXT = { d_model: "Default width", n_heads: "Default heads", n_experts: "Default experts" };

/** `labels` and `types` are those of all versions together. */
export function wordsOf(conflict: Conflict, labels: ReadonlyMap<string, string>, types: ReadonlyMap<string, string>): ConflictWords {
  const label = (id: string): string => labels.get(id) ?? id;
  switch (conflict.kind) {
    case "name":
      return { type: null, title: "Name", what: `was ${conflict.base}`, mine: conflict.mine, theirs: conflict.theirs };
    case "meta":
      return {
        type: null,
        title: META_TEXT[conflict.prop],
        what: `was ${conflict.base}`,
        mine: String(conflict.mine),
        theirs: String(conflict.theirs),
      };
    case "prop": {
      const type = types.get(conflict.id) ?? null;
      const block = catalogue.get(type ?? "");
      const text = (value: typeof conflict.mine): string => valueText(block, conflict.prop, value);
      const name = block?.props.get(conflict.prop)?.label ?? conflict.prop;
      return { type, title: `${label(conflict.id)}: ${name}`, what: `was ${text(conflict.base)}`, mine: text(conflict.mine), theirs: text(conflict.theirs) };
    }
    case "type":
      return {
        type: conflict.mine.type,
        title: label(conflict.id),
        what: "became another block",
        mine: catalogue.get(conflict.mine.type)?.title ?? conflict.mine.type,
        theirs: catalogue.get(conflict.theirs.type)?.title ?? conflict.theirs.type,
      };
    case "deleted": {
      const [mine, theirs] = conflict.by === "mine" ? ["Delete", "Keep, as edited"] : ["Keep, as edited", "Delete"];
      const who = conflict.by === "mine" ? "deleted here, edited there" : "edited here, deleted there";
      return { type: conflict.left.type, title: label(conflict.id), what: who, mine, theirs };
    }
    case "inputs": {
      const listed = (ids: readonly string[]): string => (ids.length === 0 ? "nothing" : ids.map(label).join(", "));
      return {
        type: types.get(conflict.ids[0] ?? "") ?? null,
        title: `What ${conflict.ids.map(label).join(" and ")} ${conflict.ids.length === 1 ? "reads" : "read"}`,
        what: `was ${listed(conflict.base)}`,
        mine: listed(conflict.mine),
        theirs: listed(conflict.theirs),
      };
    }
  }
}

/** What a choice is called, with the value that it stands for. */
export function sideText(side: Side, words: ConflictWords): string {
  if (side === "both") return "Both";
  return side === "mine" ? `Mine: ${words.mine}` : `Theirs: ${words.theirs}`;
}
