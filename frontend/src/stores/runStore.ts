/** The run that is watched: its state, its curves, its alerts, and whether the live connection stands. */
import { create } from "zustand";
import { api, type RunAction } from "../api/client";
import { followRun, type LinkState } from "../api/events";
import { explain, Problem } from "../api/problems";
import type { AlertEvent, Evaluation, RunDetail, RunState, TrainingUpdate } from "../api/types";
import { withEvaluation } from "../domain/evaluation";
import type { ModelArchitecture } from "../domain/types";
import { probe } from "./connection";
import { answers, kept } from "./db";
import { merged, type Series, seriesNames, withUpdate } from "./series";
import { toast } from "./toasts";

interface RunStoreState {
  run: RunDetail | null;
  /** The run's design as it is now, for the names of its blocks. */
  design: ModelArchitecture | null;
  latest: TrainingUpdate | null;
  series: Series;
  /** In step order. */
  evaluations: readonly Evaluation[];
  alerts: AlertEvent[];
  link: LinkState;
  problem: string | null;
  missing: boolean;
  /** The control whose answer is awaited. */
  pending: RunAction | null;
}

const EMPTY: RunStoreState = {
  run: null,
  design: null,
  latest: null,
  series: {},
  evaluations: [],
  alerts: [],
  link: "connecting",
  problem: null,
  missing: false,
  pending: null,
};

const MAX_POINTS = 600;
const MAX_ALERTS = 50;
const TERMINAL = new Set<RunState>(["stopped", "completed", "failed"]);

export const useRun = create<RunStoreState>(() => EMPTY);

export function isOver(state: RunState): boolean {
  return TERMINAL.has(state);
}

/** Shows a run and follows it; returns a function that stops following. */
export function watchRun(id: string): () => void {
  let left = false;
  useRun.setState(EMPTY, true);
  const mine = (patch: Partial<RunStoreState> | ((state: RunStoreState) => Partial<RunStoreState>)): void => {
    if (!left) useRun.setState(patch);
  };
  const reload = async (): Promise<RunDetail> => {
    const run = await api.getRun(id);
    mine((state) => ({ run: newestRun(state.run, run), latest: newest(state.latest, run.latest), problem: null }));
    void answers.put(`run:${id}`, run);
    return run;
  };
  const loadHistory = async (): Promise<void> => {
    const { run } = useRun.getState();
    const [{ series }, { items }] = await Promise.all([
      api.metrics(id, seriesNames(expertsOf(run)), MAX_POINTS),
      api.evaluations(id),
    ]);
    mine((state) => ({
      series: merged(series, state.series),
      evaluations: state.evaluations.reduce<readonly Evaluation[]>(withEvaluation, items),
    }));
  };
  const refresh = (): void => {
    void reload()
      .then(loadHistory)
      .catch((error: unknown) => mine({ problem: explain(error) }));
  };
  void begin(id, mine, reload, loadHistory);
  const unfollow = followRun(id, {
    onUpdate: (update) => {
      const known = Object.keys(useRun.getState().latest?.moe?.expert_usage_by_component ?? {}).length;
      mine((state) => {
        const isNews = state.latest !== null && update.seq > state.latest.seq;
        const latest = newest(state.latest, update);
        const progress = { step: latest?.step ?? 0, update: latest?.update ?? 0 };
        return { latest, series: withUpdate(state.series, update, isNews), run: state.run && { ...state.run, ...progress } };
      });
      if (known === 0 && update.moe?.expert_usage_by_component) refresh();
    },
    onState: (event) => {
      // The first connection tells the whole story again: what the run already went through changes nothing.
      const known = useRun.getState().run?.last_seq ?? 0;
      if (event.seq <= known) return;
      const news = { state: event.state, reason: event.reason, last_seq: event.seq };
      mine((state) => ({ run: state.run && { ...state.run, ...news } }));
      void reload().catch((error: unknown) => mine({ problem: explain(error) }));
    },
    onAlert: (alert) =>
      mine((state) => ({
        alerts: [alert, ...state.alerts.filter((known) => known.seq !== alert.seq)].slice(0, MAX_ALERTS),
      })),
    onEvaluation: (evaluation) => mine((state) => ({ evaluations: withEvaluation(state.evaluations, evaluation) })),
    onGap: refresh,
    onLink: (link) => {
      mine({ link });
      if (link === "lost") probe();
    },
    isOver: async () => isOver((await reload()).state),
  });
  return () => {
    left = true;
    unfollow();
  };
}

type Patch = (patch: Partial<RunStoreState> | ((state: RunStoreState) => Partial<RunStoreState>)) => void;

async function begin(
  id: string,
  mine: Patch,
  reload: () => Promise<RunDetail>,
  loadHistory: () => Promise<void>,
): Promise<void> {
  const cached = await answers.get<RunDetail>(`run:${id}`);
  if (cached) mine((state) => (state.run ? {} : { run: cached, latest: state.latest ?? cached.latest }));
  try {
    const run = await reload();
    await Promise.all([loadHistory(), loadDesign(run.design_id, mine)]);
  } catch (error) {
    if (error instanceof Problem && error.status === 404 && !useRun.getState().run) mine({ missing: true });
    else mine({ problem: explain(error) });
  }
}

async function loadDesign(id: string, mine: Patch): Promise<void> {
  const local = await kept.get(id);
  if (local) mine({ design: local.design });
  else {
    const answer = await api.getDesign(id).catch(() => null);
    if (answer) mine({ design: answer.data });
  }
}

/** Of two answers about one run the one that knows more of its events. */
function newestRun(known: RunDetail | null, answer: RunDetail): RunDetail {
  return known && known.id === answer.id && known.last_seq > answer.last_seq ? known : answer;
}

function newest(a: TrainingUpdate | null, b: TrainingUpdate | null): TrainingUpdate | null {
  if (!a || !b) return a ?? b;
  return b.seq >= a.seq ? b : a;
}

/** Number of experts by component id, as the latest update has them. */
function expertsOf(run: RunDetail | null): Record<string, number> {
  const usage = useRun.getState().latest?.moe?.expert_usage_by_component ?? run?.latest?.moe?.expert_usage_by_component ?? {};
  return Object.fromEntries(Object.entries(usage).map(([id, shares]) => [id, shares.length]));
}

/** Pauses, resumes or stops the watched run. */
export async function control(action: RunAction): Promise<void> {
  const { run } = useRun.getState();
  if (!run) return;
  useRun.setState({ pending: action });
  try {
    const answer = await api.control(run.id, action);
    useRun.setState((state) => (state.run?.id === answer.id ? { run: newestRun(state.run, answer) } : {}));
  } catch (error) {
    toast(explain(error), "bad");
  } finally {
    useRun.setState((state) => (state.pending === action ? { pending: null } : {}));
  }
}
