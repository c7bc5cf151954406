/** A design as files: JSON to keep or send, pictures to show, the Python that the server generates. */
import { useState } from "react";
import { explain } from "../../api/problems";
import { formatBytes } from "../../domain/format";
import type { ModelArchitecture } from "../../domain/types";
import { useConnection } from "../../stores/connection";
import { fetchSource } from "../../stores/source";
import { toast } from "../../stores/toasts";
import { Icon } from "../../ui/Icon";
import { Spinner } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { fileStem, saveFile } from "./files";
import { jsonOf, pngOf, svgOf } from "./pictures";
import { SourceActions } from "./SourceActions";
import { SourceCode } from "./SourceCode";

type Format = "json" | "svg" | "png" | "py";

const FORMATS: { format: Format; title: string; text: string }[] = [
  { format: "json", title: "JSON", text: "The design itself. Import reads it back, here or anywhere." },
  { format: "svg", title: "SVG picture", text: "The graph, sharp at any size." },
  { format: "png", title: "PNG picture", text: "The graph for messages and slides." },
  { format: "py", title: "Python", text: "The PyTorch class that the server generates." },
];

const MAKE: Record<Exclude<Format, "py">, (design: ModelArchitecture) => Blob | Promise<Blob>> = { json: jsonOf, svg: svgOf, png: pngOf };

interface Props {
  design: ModelArchitecture;
  onClose: () => void;
}

interface Outcome {
  format: Format;
  text: string;
  isGood: boolean;
}

export default function DesignFilesSheet({ design, onClose }: Props) {
  const [busy, setBusy] = useState<Format | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [source, setSource] = useState<string | null>(null);
  const isOnline = useConnection((state) => state.connection === "online");
  const stem = fileStem(design.name);

  const get = async (format: Format): Promise<void> => {
    if (busy !== null) return;
    setBusy(format);
    setOutcome(null);
    try {
      if (format === "py") {
        setSource((await fetchSource(design.id)).text);
      } else {
        const file = await MAKE[format](design);
        const name = `${stem}.${format}`;
        saveFile(name, file);
        setOutcome({ format, text: `${name} · ${formatBytes(file.size)}`, isGood: true });
      }
    } catch (error) {
      setOutcome({ format, text: explain(error), isGood: false });
    } finally {
      setBusy(null);
    }
  };

  if (source !== null) return <SourceSheet source={source} stem={stem} onClose={onClose} />;
  return (
    <Sheet title="Export" subtitle={design.name} testId="files-sheet" onClose={onClose}>
      <ul className="list list--joined">
        {FORMATS.map(({ format, title, text }) => {
          const said = outcome?.format === format ? outcome : null;
          const isAway = format === "py" && !isOnline;
          return (
            <li key={format}>
              <button
                type="button"
                className="item"
                data-testid={`file-${format}`}
                aria-disabled={busy !== null || isAway}
                onClick={() => {
                  if (isAway) toast("Generating Python needs the server, which cannot be reached now.", "bad");
                  else void get(format);
                }}
              >
                <span className="format" data-format={format} aria-hidden="true">
                  {format}
                </span>
                <span className="item__text">
                  <span className="item__title">{title}</span>
                  <span className={said ? (said.isGood ? "item__good" : "item__bad") : "item__caption"} role={said ? "status" : undefined}>
                    {said?.text ?? (isAway ? "Needs the server." : text)}
                  </span>
                </span>
                {busy === format ? <Spinner label="Preparing" /> : <Icon name={said?.isGood ? "check" : format === "py" ? "chevron" : "download"} size={22} />}
              </button>
            </li>
          );
        })}
      </ul>
    </Sheet>
  );
}

function SourceSheet({ source, stem, onClose }: { source: string; stem: string; onClose: () => void }) {
  return (
    <Sheet
      key="source"
      title="Generated Python"
      subtitle={`${stem}.py · ${formatBytes(source.length)}`}
      testId="source-sheet"
      onClose={onClose}
      footer={<SourceActions source={source} stem={stem} />}
    >
      <SourceCode source={source} />
    </Sheet>
  );
}
