/** The trained model as a file. The server checks an ONNX file against torch before it hands it out. */
import { useEffect, useState } from "react";
import { download } from "../../api/download";
import { api, exportUrl } from "../../api/client";
import { explain } from "../../api/problems";
import type { Checkpoint, ExportFormat, RunDetail } from "../../api/types";
import { formatBytes, formatCount, formatShort } from "../../domain/format";
import { track } from "../../stores/events";
import { Choice } from "../../ui/controls";
import { Icon } from "../../ui/Icon";
import { Spinner } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";

const FORMATS: { format: ExportFormat; title: string; text: string }[] = [
  { format: "onnx", title: "ONNX", text: "Runs anywhere onnxruntime does: browser, phone, server." },
  { format: "safetensors", title: "Safetensors", text: "The weights alone, safe to load." },
  { format: "pt", title: "PyTorch", text: "State dict for torch.load(weights_only=True)." },
  { format: "py", title: "Python source", text: "The generated model class." },
];

interface Outcome {
  format: ExportFormat;
  text: string;
  isGood: boolean;
}

interface Props {
  run: RunDetail;
  /** Of the checkpoint; without it the user chooses between the latest and the best. */
  step?: number;
  onClose: () => void;
}

export function ExportSheet({ run, step, onClose }: Props) {
  const [checkpoints, setCheckpoints] = useState<Checkpoint[] | null>(null);
  const [which, setWhich] = useState<"latest" | "best">("latest");
  const [busy, setBusy] = useState<ExportFormat | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  useEffect(() => {
    api
      .checkpoints(run.id)
      .then(({ items }) => setCheckpoints(items))
      .catch(() => setCheckpoints([]));
  }, [run.id, run.state]);

  const latest = checkpoints?.reduce<Checkpoint | null>((last, one) => (last && last.step >= one.step ? last : one), null);
  const best = checkpoints?.find((one) => one.best) ?? null;
  const asked = checkpoints?.find((one) => one.step === step) ?? null;
  const chosen = asked ?? (which === "best" && best ? best : latest);

  const get = async (format: ExportFormat): Promise<void> => {
    setBusy(format);
    setOutcome(null);
    try {
      const { name, bytes } = await download(exportUrl(run.design_id, run.id, format, step ?? (which === "best" ? best?.step : undefined)));
      track("export", { runId: run.id, format, bytes });
      setOutcome({ format, text: `${name} · ${formatBytes(bytes)}`, isGood: true });
    } catch (error) {
      setOutcome({ format, text: explain(error), isGood: false });
    } finally {
      setBusy(null);
    }
  };
  return (
    <Sheet title="Export" subtitle={subtitleOf(checkpoints, chosen ?? null)} testId="export-sheet" onClose={onClose}>
      {step === undefined && best && latest && best.step !== latest.step && (
        <Choice
          label="Which checkpoint"
          isBare
          value={which}
          choices={[
            { value: "latest", label: "Latest" },
            { value: "best", label: "Best score" },
          ]}
          onChange={setWhich}
        />
      )}
      <ul className="list list--joined">
        {FORMATS.map(({ format, title, text }) => (
          <li key={format}>
            <button
              type="button"
              className="item"
              data-testid={`export-${format}`}
              aria-disabled={busy !== null}
              onClick={() => {
                if (busy === null) void get(format);
              }}
            >
              <span className="format" data-format={format} aria-hidden="true">
                {format === "safetensors" ? "st" : format}
              </span>
              <span className="item__text">
                <span className="item__title">{title}</span>
                <span className={outcome?.format === format ? (outcome.isGood ? "item__good" : "item__bad") : "item__caption"} role={outcome?.format === format ? "status" : undefined}>
                  {busy === format ? "Preparing and checking the file…" : outcome?.format === format ? outcome.text : text}
                </span>
              </span>
              {busy === format ? <Spinner label="Preparing" /> : <Icon name={outcome?.format === format && outcome.isGood ? "check" : "download"} size={22} />}
            </button>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}

function subtitleOf(checkpoints: Checkpoint[] | null, chosen: Checkpoint | null): string {
  if (checkpoints === null) return "Looking for checkpoints…";
  if (chosen === null) return "No checkpoint yet: the first one is written within a minute of training.";
  const score = typeof chosen.score === "number" ? `, mean score ${formatCount(Math.round(chosen.score))}` : "";
  return `Checkpoint at step ${formatShort(chosen.step)}${score}`;
}
