/** What has to be said of a run beside its results. */

interface Told {
  kickstart?: object | null;
  latest?: { kickstart?: object | null } | null;
  latest_evaluation?: { kickstarted: boolean } | null;
}

/** Whether a teacher helped at the start. */
export function isKickstarted({ kickstart, latest, latest_evaluation: evaluation }: Told): boolean {
  return Boolean(kickstart) || Boolean(latest?.kickstart) || evaluation?.kickstarted === true;
}

export type AlertAction = "tune" | "checkpoints";

const ACTIONS_BY_CODE: Record<string, readonly AlertAction[]> = {
  "training.non_finite": ["tune", "checkpoints"],
  "training.kl_spike": ["tune", "checkpoints"],
  "training.entropy_collapse": ["tune", "checkpoints"],
  "moe.dead_experts": ["tune"],
};

/** What a user can do about an alert; a run that is over cannot be tuned. */
export function alertActions(code: string, isOver: boolean): readonly AlertAction[] {
  return (ACTIONS_BY_CODE[code] ?? []).filter((action) => action !== "tune" || !isOver);
}
