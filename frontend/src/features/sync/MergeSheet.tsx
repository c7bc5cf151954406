/** Two devices changed the same things: block by block the user says whose version counts, and sees what comes of it. */
import { useMemo, useState } from "react";
import { explain } from "../../api/problems";
import { catalogue } from "../../domain/catalogue";
import { diffDesigns } from "../../domain/diff";
import { formatCount } from "../../domain/format";
import { type Choices, commonPart, type Conflict, merge, type Side } from "../../domain/merge";
import { labelsById } from "../../domain/stack";
import type { ModelArchitecture } from "../../domain/types";
import { analyse } from "../../domain/validate";
import { type Conflict as Clash, resolveConflict } from "../../stores/designSync";
import { createDesign } from "../../stores/library";
import { toast } from "../../stores/toasts";
import { Choice } from "../../ui/controls";
import { Icon } from "../../ui/Icon";
import { BlockTile, categoryOf } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { sideText, wordsOf } from "./conflictWords";
import { DiffView } from "./DiffView";

interface Props {
  mine: ModelArchitecture;
  clash: Clash;
  onClose: () => void;
}

const SIDE_TEXT: Record<Side, string> = { mine: "Mine", theirs: "Theirs", both: "Both" };

export function MergeSheet({ mine, clash, onClose }: Props) {
  const { theirs, etag } = clash;
  const base = useMemo(() => clash.base ?? commonPart(mine, theirs), [clash.base, mine, theirs]);
  const [choices, setChoices] = useState<Choices>({});
  const { merged, conflicts } = useMemo(() => merge(base, mine, theirs, choices), [base, mine, theirs, choices]);
  const names = useNames(base, mine, theirs);
  const canBoth = conflicts.some(({ can }) => can.includes("both"));

  const chooseAll = (side: Side): void => {
    setChoices(Object.fromEntries(conflicts.map(({ key, can }) => [key, can.includes(side) ? side : "mine"])));
  };
  const apply = (): void => {
    onClose();
    void resolveConflict(merged, { etag, design: theirs });
  };
  const saveCopy = async (): Promise<void> => {
    try {
      await createDesign({ architecture: mine, name: copyOfMine(mine.name) });
      await resolveConflict(theirs, { etag, design: theirs });
      onClose();
      toast("Yours is a design of its own now; this one is theirs.", "good");
    } catch (error) {
      toast(explain(error), "bad");
    }
  };

  return (
    <Sheet
      title="Changed on another device"
      subtitle={`${conflicts.length === 1 ? "One thing was" : `${conflicts.length} things were`} changed here and there. All else is merged already.`}
      testId="merge-sheet"
      onClose={onClose}
      footer={
        <>
          <Verdict design={merged} />
          <button type="button" className="button button--filled button--wide" data-testid="merge-apply" onClick={apply}>
            Use this version
          </button>
        </>
      }
    >
      <div className="merge__all" role="group" aria-label="For all of them">
        {(["mine", "theirs", ...(canBoth ? (["both"] as const) : [])] as Side[]).map((side) => (
          <button key={side} type="button" className="button button--small button--tonal" data-testid={`merge-all-${side}`} onClick={() => chooseAll(side)}>
            {SIDE_TEXT[side]} for all
          </button>
        ))}
      </div>
      <ul className="merge__list">
        {conflicts.map((conflict) => (
          <ConflictRow
            key={conflict.key}
            conflict={conflict}
            names={names}
            choice={choices[conflict.key] ?? "mine"}
            onChoose={(side) => setChoices({ ...choices, [conflict.key]: side })}
          />
        ))}
      </ul>
      <Changes title="What I changed" before={base} after={mine} />
      <Changes title="What they changed" before={base} after={theirs} />
      <button type="button" className="row-button" data-testid="merge-copy" onClick={() => void saveCopy()}>
        <Icon name="copy" />
        <span>Keep both: save mine as a copy</span>
        <Icon name="chevron" size={20} />
      </button>
    </Sheet>
  );
}

interface Names {
  labels: ReadonlyMap<string, string>;
  types: ReadonlyMap<string, string>;
}

/** Labels and types of the blocks of all versions; what this phone shows wins. */
function useNames(base: ModelArchitecture, mine: ModelArchitecture, theirs: ModelArchitecture): Names {
  return useMemo(() => {
    const versions = [base, theirs, mine];
    return {
      labels: new Map(versions.flatMap((design) => [...labelsById(design)])),
      types: new Map(versions.flatMap((design) => design.components.map(({ id, type }) => [id, type] as const))),
    };
  }, [base, mine, theirs]);
}

interface RowProps {
  conflict: Conflict;
  names: Names;
  choice: Side;
  onChoose: (side: Side) => void;
}

function ConflictRow({ conflict, names, choice, onChoose }: RowProps) {
  const words = wordsOf(conflict, names.labels, names.types);
  return (
    <li className="merge__row" data-conflict={conflict.key}>
      <div className="merge__head">
        {words.type !== null && <BlockTile type={words.type} category={categoryOf(catalogue.get(words.type))} small />}
        <div className="merge__words">
          <span className="merge__title">{words.title}</span>
          <span className="merge__what">{words.what}</span>
        </div>
      </div>
      <Choice
        isBare
        label={words.title}
        value={choice}
        choices={conflict.can.map((side) => ({ value: side, label: sideText(side, words) }))}
        onChange={onChoose}
      />
    </li>
  );
}

/** Whether what would be kept can be trained. */
function Verdict({ design }: { design: ModelArchitecture }) {
  const { result, paramCount } = useMemo(() => analyse(design), [design]);
  const [first] = result.errors;
  return (
    <p className="merge__verdict" data-valid={result.valid} role="status">
      <Icon name={result.valid ? "check" : "error"} size={18} />
      {result.valid ? `Ready to train · ${formatCount(paramCount)} parameters` : `${result.errors.length === 1 ? "1 problem" : `${result.errors.length} problems`}: ${first ?? ""}`}
    </p>
  );
}

function Changes({ title, before, after }: { title: string; before: ModelArchitecture; after: ModelArchitecture }) {
  const diff = useMemo(() => diffDesigns(before, after), [before, after]);
  return (
    <details className="inputs">
      <summary className="inputs__summary">
        <span className="inputs__label">{title}</span>
        <span className="inputs__current" />
        <Icon name="chevron" size={20} />
      </summary>
      <DiffView diff={diff} />
    </details>
  );
}

const COPY_SUFFIX = " (mine)";
const MAX_NAME = 120;

function copyOfMine(name: string): string {
  return Array.from(name).slice(0, MAX_NAME - COPY_SUFFIX.length).join("") + COPY_SUFFIX;
}
