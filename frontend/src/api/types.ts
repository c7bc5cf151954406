/** The wire types that the page reads: those of `spec/openapi.json`, and the events, which OpenAPI does not describe. */
import type { ModelArchitecture, ValidationResult } from "../domain/types";
import type { components } from "./generated/schema";

type Schemas = components["schemas"];

export type { ModelArchitecture, ValidationResult };
export type DesignMeta = Schemas["DesignMeta"];
export type RevisionMeta = Schemas["RevisionMeta"];
export type CompileResult = Schemas["CompileResult"];
export type Checkpoint = Schemas["ListedCheckpoint"];
export type Hyperparameters = Schemas["TrainRequest"]["hyperparameters"];
export type TrainRequest = Partial<Schemas["TrainRequest"]>;
export type RunDetail = Omit<Schemas["RunDetail"], "latest"> & { latest: TrainingUpdate | null };
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
  } | null;
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
