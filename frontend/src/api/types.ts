/** The wire types that the page reads: those of `spec/openapi.json`, and the events, which OpenAPI does not describe. */
import type { Algorithm } from "../domain/algorithm";
import type { ModelArchitecture, ValidationResult } from "../domain/types";
import type { components } from "./generated/schema";

type Schemas = components["schemas"];

export type { ModelArchitecture, ValidationResult };
export type DesignMeta = Schemas["DesignMeta"];
export type RevisionMeta = Schemas["RevisionMeta"];
export type CompileResult = Schemas["CompileResult"];
export type Checkpoint = Schemas["ListedCheckpoint"];
export type CheckpointList = Schemas["CheckpointList"];
export type KeptBecause = Checkpoint["kept_because"][number];
export type Hyperparameters = Schemas["TrainRequest"]["hyperparameters"];
export type TrainRequest = Partial<Schemas["TrainRequest"]>;
export type BranchRequest = Pick<Schemas["BranchRequest"], "step"> & Partial<Schemas["BranchRequest"]>;
export type RunDetail = Omit<Schemas["RunDetail"], "latest"> & { latest: TrainingUpdate | null };
/** Whole games on the same seeds, which teach the network nothing. */
export type Evaluation = Schemas["Evaluation"];
/** The best, the median or the worst game of an evaluation, without its moves. */
export type GameMeta = Schemas["RecordedGame"];
export type Game = Schemas["GameRecording"];
export type Kickstart = Schemas["Kickstart"];
export type RunState = RunDetail["state"];

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** A template's design has no id until it is copied. */
export type Template = Omit<Schemas["TemplateItem"], "design"> & { design: ModelArchitecture };

export interface TrainingUpdate {
  run_id: string;
  design_id: string;
  seq: number;
  update: number;
  step: number;
  time: string | number;
  score: { mean: number | null; max: number | null; median: number | null };
  max_tile: number | null;
  tile_rates: Record<string, number>;
  episodes: number;
  loss: { policy: number | null; value: number | null; entropy: number | null; aux: number | null };
  learning_rate: number;
  steps_per_second: number;
  moe: {
    expert_usage: number[];
    expert_usage_by_component?: Record<string, number[]>;
    lb_reward: number | null;
    /** 0 to 1: how evenly each block's experts share the work. */
    entropy_by_component?: Record<string, number>;
    /** Experts, from 0, that got less than a tenth of an even share. */
    dead_by_component?: Record<string, number[]>;
  } | null;
  // Runs of an older program have none of these.
  algorithm?: Algorithm;
  progress?: Progress | null;
  health?: Health | null;
  kickstart?: Kickstart | null;
}

export interface Progress {
  /** 0 to 1, of the steps or of the time, whichever is further on. */
  fraction: number;
  /** Seconds of training; pauses do not count. */
  elapsed_s: number;
  /** Null until it can be known. */
  seconds_left: number | null;
}

/** Means over the last updates; null for what the algorithm does not have. */
export interface Health {
  approx_kl: number | null;
  /** Of the policy, over that of random play. */
  relative_entropy?: number | null;
  clip_fraction: number | null;
  explained_variance: number | null;
  grad_norm: number | null;
}

export interface EvaluationEvent extends Evaluation {
  run_id: string;
}

export interface RunStateEvent {
  run_id: string;
  seq: number;
  state: RunState;
  previous: RunState | null;
  reason: string | null;
}

export interface AlertEvent {
  run_id: string;
  seq: number;
  severity: string;
  code: string;
  message: string;
  step: number | null;
}

export type Point = [step: number, value: number | null];

export interface Metrics {
  run_id: string;
  series: Record<string, Point[]>;
}

export type ExportFormat = "onnx" | "safetensors" | "pt" | "py";
