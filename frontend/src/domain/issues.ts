/** What validation says, twin of `app/designs/issues.py`: stable codes and the sentences of `spec/rules.json`. */
import limitsSpec from "../../../spec/limits.json";
import rulesSpec from "../../../spec/rules.json";
import type { Fix, Issue, Severity } from "./types";

interface Rule {
  at: number;
  phase: string;
  severity: Severity;
  message: string;
}

const RULES: ReadonlyMap<string, Rule> = new Map(
  rulesSpec.rules.map((rule, at) => [rule.code, { ...rule, at, severity: rule.severity as Severity }]),
);

const SHOWN_CODE_POINTS = limitsSpec.shown_code_points;
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]/gu;

function ruleOf(code: string): Rule {
  const rule = RULES.get(code);
  if (!rule) throw new Error(`spec/rules.json has no code ${code}`);
  return rule;
}

/** Where an issue lies and how it is repaired. */
export interface Place {
  component_id?: string | null;
  prop?: string | null;
  fix?: Fix | null;
}

export type Words = Record<string, string | number>;

/** An issue with the severity and the sentence that `spec/rules.json` has for `code`. */
export function makeIssue(code: string, words: Words = {}, place: Place = {}): Issue {
  const { severity, message } = ruleOf(code);
  return {
    code,
    severity,
    component_id: place.component_id ?? null,
    prop: place.prop ?? null,
    message: message.replace(/\{(\w+)\}/g, (_, name: string) => String(words[name])),
    fix: place.fix ?? null,
  };
}

/** Whether the document itself is malformed, so that it cannot even be kept as a draft. */
export function isFormatIssue(issue: Issue): boolean {
  return ruleOf(issue.code).phase === "format";
}

/** Sorted by the order of `spec/rules.json`; issues of one code keep their order. */
export function inReportOrder(issues: readonly Issue[]): Issue[] {
  return [...issues].sort((a, b) => ruleOf(a.code).at - ruleOf(b.code).at);
}

/** A user's text as it may stand in a message: printable and short. */
export function shown(text: string): string {
  const letters = Array.from(text);
  const cut = letters.slice(0, SHOWN_CODE_POINTS).join("") + (letters.length > SHOWN_CODE_POINTS ? "…" : "");
  return cut.replace(UNPRINTABLE, "\ufffd");
}

/** Python's order of strings (by code point; JavaScript's own is by UTF-16 unit). */
export function byCodePoint(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const order = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
