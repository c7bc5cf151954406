/** Green or red, with the first three problems: each opens its block, and is repaired with one tap where it can be. */
import { useState } from "react";
import type { Stack } from "../../domain/stack";
import type { Issue } from "../../domain/types";
import { useDesignStore } from "../../stores/designStore";
import { Icon, type IconName } from "../../ui/Icon";
import { FixButton } from "./FixButton";

const FIRST = 3;

interface Props {
  stack: Stack;
  onOpen: (id: string) => void;
}

export function ValidationBanner({ stack, onOpen }: Props) {
  const validation = useDesignStore((state) => state.validation);
  const [showsAll, setShowsAll] = useState(false);
  const [showsNotes, setShowsNotes] = useState(false);
  if (!validation) {
    return (
      <section className="banner banner--checking" data-testid="validation-banner" data-valid="unknown" aria-live="polite">
        <p className="banner__headline">Checking the design…</p>
      </section>
    );
  }
  const errors = validation.issues.filter((issue) => issue.severity === "error");
  const notes = validation.issues.filter((issue) => issue.severity !== "error");
  const isEmpty = stack.rows.length === 0;
  const listed = errors.length > 0 ? (showsAll ? errors : errors.slice(0, FIRST)) : showsNotes ? notes : [];
  const tone = validation.valid ? "good" : isEmpty ? "wait" : "bad";
  return (
    <section className={`banner banner--${tone}`} data-testid="validation-banner" data-valid={validation.valid} aria-live="polite">
      <div className="banner__row">
        <Icon name={validation.valid ? "check" : "error"} size={20} />
        <p className="banner__headline">{headline(validation.valid, errors.length)}</p>
        {validation.valid && notes.length > 0 && (
          <button type="button" className="banner__more" aria-expanded={showsNotes} onClick={() => setShowsNotes(!showsNotes)}>
            {notes.length === 1 ? "1 note" : `${notes.length} notes`}
          </button>
        )}
        {errors.length > FIRST && (
          <button type="button" className="banner__more" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
            {showsAll ? "Fewer" : `All ${errors.length}`}
          </button>
        )}
      </div>
      {listed.length > 0 && (
        <ul className="banner__issues">
          {listed.map((issue, at) => (
            <IssueRow key={`${issue.code} ${issue.component_id} ${at}`} issue={issue} stack={stack} onOpen={onOpen} />
          ))}
        </ul>
      )}
    </section>
  );
}

function headline(isValid: boolean, count: number): string {
  if (isValid) return "Ready to compile and train";
  return count === 1 ? "1 problem" : `${count} problems`;
}

const SEVERITY_ICON: Record<Issue["severity"], IconName> = { error: "error", warning: "warning", info: "info" };

interface IssueProps {
  issue: Issue;
  stack: Stack | null;
  onOpen: ((id: string) => void) | null;
}

/** One issue; in the banner a tap on it opens its block. */
export function IssueRow({ issue, stack, onOpen }: IssueProps) {
  const { fix, component_id: id } = issue;
  const canOpen = onOpen !== null && id !== null && (stack?.rows.some((row) => row.component.id === id) ?? false);
  const text = (
    <>
      <Icon name={SEVERITY_ICON[issue.severity]} size={18} />
      <span>{issue.message}</span>
    </>
  );
  return (
    <li className="issue" data-severity={issue.severity} data-code={issue.code}>
      {canOpen ? (
        <button type="button" className="issue__text" onClick={() => onOpen(id)}>
          {text}
        </button>
      ) : (
        <p className="issue__text">{text}</p>
      )}
      {fix && <FixButton fix={fix} />}
    </li>
  );
}
