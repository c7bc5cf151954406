/** Brings in a design from a link, a file or pasted text. It is read and shown first; only a tap adds it. */
import { useEffect, useId, useRef, useState } from "react";
import { explain } from "../../api/problems";
import { limits } from "../../domain/catalogue";
import { type Imported, readFile, readText, type Refusal } from "../../domain/importing";
import { dismissIncoming, type Incoming } from "../../stores/incoming";
import { createDesign } from "../../stores/library";
import { go } from "../../stores/route";
import { toast } from "../../stores/toasts";
import { Icon } from "../../ui/Icon";
import { Skeleton, Spinner } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { Preview, Problems } from "./Preview";

type Read = { kind: "asking" } | { kind: "reading" } | { kind: "read"; imported: Imported };

/** What was understood of the newest question. */
function useReader(question: Incoming): Read {
  const [answer, setAnswer] = useState<{ question: Incoming; imported: Imported } | null>(null);
  useEffect(() => {
    if (question.kind === "ask") return;
    let isStale = false;
    void (question.kind === "file" ? readFile(question.file) : readText(question.text)).then((imported) => {
      if (!isStale) setAnswer({ question, imported });
    });
    return () => {
      isStale = true;
    };
  }, [question]);
  if (question.kind === "ask") return { kind: "asking" };
  return answer?.question === question ? { kind: "read", imported: answer.imported } : { kind: "reading" };
}

export default function ImportSheet({ incoming }: { incoming: Incoming }) {
  const [question, ask] = useState(incoming);
  const read = useReader(question);
  const [isAdding, setAdding] = useState(false);
  const imported = read.kind === "read" ? read.imported : null;

  const add = async (): Promise<void> => {
    if (!imported?.ok || isAdding) return;
    setAdding(true);
    try {
      const designId = await createDesign({ architecture: imported.design });
      dismissIncoming();
      go({ screen: "studio", designId });
      toast(`${imported.design.name} added to your designs`, "good");
    } catch (error) {
      setAdding(false);
      toast(explain(error), "bad");
    }
  };

  return (
    <Sheet
      title={imported?.ok ? imported.design.name : "Import a design"}
      subtitle={imported?.ok ? "Nothing is added until you say so." : undefined}
      testId="import-sheet"
      onClose={dismissIncoming}
      footer={
        imported?.ok ? (
          <button type="button" className="button button--filled button--wide" data-testid="import-add" aria-busy={isAdding} onClick={() => void add()}>
            {isAdding ? <Spinner label="Adding" /> : <Icon name="add" size={20} />}
            Add to my designs
          </button>
        ) : undefined
      }
    >
      {read.kind === "asking" && <Ask onRead={ask} />}
      {read.kind === "reading" && <Skeleton rows={1} height={160} />}
      {imported?.ok === true && <Preview imported={imported} />}
      {imported?.ok === false && <Refused refusal={imported.refusal} onAgain={() => ask({ kind: "ask" })} />}
    </Sheet>
  );
}

function Refused({ refusal, onAgain }: { refusal: Refusal; onAgain: () => void }) {
  return (
    <div data-testid="import-refused" data-code={refusal.code}>
      <div className="note" data-tone="bad" role="alert">
        <Icon name="error" size={20} />
        <div>
          <strong>{refusal.title}</strong>
          <p>{refusal.detail}</p>
        </div>
      </div>
      {refusal.issues.length > 0 && <Problems issues={refusal.issues} />}
      <button type="button" className="button button--tonal button--wide" onClick={onAgain}>
        Try another one
      </button>
    </div>
  );
}

function Ask({ onRead }: { onRead: (incoming: Incoming) => void }) {
  const [text, setText] = useState("");
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  const canPaste = typeof (navigator.clipboard as Clipboard | undefined)?.readText === "function";
  const paste = async (): Promise<void> => {
    try {
      onRead({ kind: "text", text: await navigator.clipboard.readText() });
    } catch {
      // Denied by the user or the browser; the field below takes a paste by hand.
      toast("This browser does not let the page read the clipboard. Paste into the field instead.", "bad");
    }
  };
  return (
    <>
      <div className="import__ways">
        {canPaste && (
          <button type="button" className="way" onClick={() => void paste()}>
            <Icon name="paste" />
            <span>Paste</span>
          </button>
        )}
        <button type="button" className="way" onClick={() => file.current?.click()}>
          <Icon name="file" />
          <span>Choose a file</span>
        </button>
        <input
          ref={file}
          type="file"
          hidden
          data-testid="import-file"
          aria-label="Design file"
          accept=".json,application/json,text/plain"
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            if (chosen) onRead({ kind: "file", file: chosen });
          }}
        />
      </div>
      <label className="field__label" htmlFor={id}>
        Link or JSON
      </label>
      <textarea
        id={id}
        className="text-input import__text"
        data-testid="import-text"
        rows={4}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        maxLength={limits.body_bytes + 1}
        placeholder="https://…/model-studio#d=…"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button
        type="button"
        className="button button--filled button--wide import__read"
        data-testid="import-read"
        aria-disabled={text.trim() === ""}
        onClick={() => onRead({ kind: "text", text })}
      >
        Look at it
      </button>
    </>
  );
}
