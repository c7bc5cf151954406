/** The wire types that the page reads, as CONTRACT.md and `spec/openapi.json` have them. */
import type { ModelArchitecture, PropValue, ValidationResult } from "../domain/types";

export type { ModelArchitecture, ValidationResult };

export interface DesignMeta {
  id: string;
  name: string;
  revision: number;
  created_at: string;
  updated_at: string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Template {
  slug: string;
  title: string;
  sentence: string;
  design: ModelArchitecture;
  paramCount: number;
  estimatedMemory: number;
}

export interface CompileResult {
  import_path: string;
  paramCount: number;
  config: Record<string, unknown>;
}

export type RunState =
  | "queued"
  | "starting"
  | "running"
  | "paused"
  | "stopping"
  | "stopped"
  | "completed"
  | "failed"
  | "interrupted";

export type Hyperparameters = Record<string, PropValue>;

export interface CheckpointInfo {
  step: number;
  score?: number | null;
  created_at?: string;
  bytes?: number;
  update?: number;
  best?: boolean;
}

export interface RunDetail {
  id: string;
  design_id: string;
  design_name: string;
  design_revision: number;
  state: RunState;
  reason: string | null;
  total_steps: number;
  seed: number;
  hyperparameters: Hyperparameters;
  config: Record<string, unknown>;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  step: number;
  update: number;
  latest: TrainingUpdate | null;
  best_checkpoint: CheckpointInfo | null;
  latest_checkpoint: CheckpointInfo | null;
  parent: { run_id: string; step: number } | null;
  allowed: string[];
}

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
