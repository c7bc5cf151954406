/** What Compile gave: a short card that is in nobody's way; behind it the numbers, the hints, the source, and Train. */
import { formatBytes, formatCount } from "../../domain/format";
import type { Issue } from "../../domain/types";
import { useDesignStore } from "../../stores/designStore";
import { go } from "../../stores/route";
import { dismissCompiled, trainDesign, useTraining } from "../../stores/training";
import { Icon } from "../../ui/Icon";
import { Spinner } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { SourceActions } from "../share/SourceActions";
import { SourceCode } from "../share/SourceCode";
import { fileStem } from "../share/files";

export function CompiledCard({ onSource }: { onSource: () => void }) {
  const compiled = useTraining((state) => state.compiled);
  if (!compiled) return null;
  return (
    <div className="compiled" data-testid="compile-result" role="status">
      <span className="compiled__icon">
        <Icon name="check" size={20} />
      </span>
      <p className="compiled__text">
        <strong>Compiled</strong>
        <span>
          {formatCount(exactCount(compiled.result.paramCount))} parameters · {formatMs(compiled.tookMs)}
        </span>
      </p>
      <button type="button" className="button button--small" data-testid="open-compile" onClick={onSource}>
        See more
      </button>
      <button type="button" className="icon-button" aria-label="Hide" onClick={dismissCompiled}>
        <Icon name="close" size={20} />
      </button>
    </div>
  );
}

/** The wire counts in millions. */
function exactCount(millions: number): number {
  return Math.round(millions * 1e6);
}

function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function CompileSheet({ onClose }: { onClose: () => void }) {
  const compiled = useTraining((state) => state.compiled);
  const design = useDesignStore((state) => state.currentDesign);
  const issues = useDesignStore((state) => state.validation?.issues) ?? [];
  const memory = useDesignStore((state) => state.estimatedMemory);
  if (!compiled || !design) return null;
  const { result, source, tookMs } = compiled;
  const stem = fileStem(design.name);
  return (
    <Sheet title="Compiled" subtitle={`${design.name}, in ${formatMs(tookMs)}`} testId="compile-sheet" onClose={onClose} footer={<TrainNow />}>
      <CountsAgree exact={exactCount(result.paramCount)} />
      <dl className="facts facts--grid">
        <Fact name="Blocks" value={formatCount(design.components.length)} />
        <Fact name="To train" value={`${formatCount(memory)} MB`} />
        <Fact name="Source" value={formatBytes(new Blob([source]).size)} />
      </dl>
      <Hints issues={issues} />
      <h3 className="sheet__heading">Generated Python</h3>
      <p className="field__help compile__path">{result.import_path}</p>
      <SourceCode source={source} />
      <SourceActions source={source} stem={stem} />
    </Sheet>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** The phone counts by the catalogue, the server by the modules it will build: they have to agree. */
function CountsAgree({ exact }: { exact: number }) {
  const counted = useDesignStore((state) => state.paramCount);
  const agree = counted === exact;
  return (
    <div className="note" data-tone={agree ? "good" : "bad"} data-testid="counts-agree" data-agree={agree}>
      <Icon name={agree ? "check" : "error"} size={20} />
      <p>
        <strong>{formatCount(exact)} parameters</strong>
        {agree ? ", exactly what this phone counted." : `, but this phone counted ${formatCount(counted)}. One of them is out of date: reload the page.`}
      </p>
    </div>
  );
}

/** Warnings and notes that do not keep a design from being compiled. */
function Hints({ issues }: { issues: readonly Issue[] }) {
  const hints = issues.filter(({ severity }) => severity !== "error");
  if (hints.length === 0) return null;
  return (
    <ul className="compile__hints" data-testid="compile-hints">
      {hints.map((issue, at) => (
        <li key={at} className="note" data-tone={issue.severity === "warning" ? "warn" : undefined}>
          <Icon name={issue.severity === "warning" ? "warning" : "info"} size={20} />
          <p>{issue.message}</p>
        </li>
      ))}
    </ul>
  );
}

/** What comes next. */
function TrainNow() {
  const busy = useTraining((state) => state.busy);
  const train = async (): Promise<void> => {
    if (busy !== null) return;
    const runId = await trainDesign();
    if (runId) go({ screen: "run", runId });
  };
  return (
    <button type="button" className="button button--filled button--wide" data-testid="train-compiled" aria-busy={busy === "train"} onClick={() => void train()}>
      {busy === "train" ? <Spinner label="Starting" /> : <Icon name="play" size={20} />}
      Train this model
    </button>
  );
}
