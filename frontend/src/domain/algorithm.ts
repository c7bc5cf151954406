/** Which algorithm trains a design, and which settings mean something to it. */
import type { ModelArchitecture } from "./types";

export type Algorithm = "ppo" | "td";

/** TD learning for a design that chooses by afterstates, else PPO: the twin of `app/training/make_trainer.py`. */
export function algorithmOf(design: Pick<ModelArchitecture, "components"> | null): Algorithm {
  const output = design?.components.find(({ type }) => type === "action_output");
  return output?.props["chooses"] === "afterstates" ? "td" : "ppo";
}

const ONLY_OF: Record<string, Algorithm> = { afterstates: "td", kickstart: "ppo" };

/** Whether a group of hyperparameters is of use to an algorithm. */
export function isOfUse(group: string, algorithm: Algorithm): boolean {
  return (ONLY_OF[group] ?? algorithm) === algorithm;
}
