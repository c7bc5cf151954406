/** The numbers and the main actions, at the bottom of the screen where the thumb is. */
import type { ReactNode } from "react";
import { formatCount, formatFlops } from "../../domain/format";
import { useConnection } from "../../stores/connection";
import { useDesignStore } from "../../stores/designStore";
import { go } from "../../stores/route";
import { toast } from "../../stores/toasts";
import { compileDesign, trainDesign, useTraining } from "../../stores/training";
import { Icon } from "../../ui/Icon";
import { Spinner } from "../../ui/parts";
import { FaceSwitch } from "./FaceSwitch";
import { UndoButtons } from "./UndoButtons";

interface Props {
  onAdd: () => void;
  onOptions: () => void;
  children?: ReactNode;
}

/** Why Compile and Train do nothing now, or null. */
function useObstacle(): string | null {
  const connection = useConnection((state) => state.connection);
  const validation = useDesignStore((state) => state.validation);
  const saveState = useDesignStore((state) => state.saveState);
  if (connection === "offline") return "Offline: compiling and training need the server.";
  if (connection === "away") return "The server does not answer: compiling and training need it.";
  if (saveState === "gone") return "This design was deleted elsewhere.";
  if (validation && !validation.valid) {
    const { length } = validation.errors;
    return `Fix ${length === 1 ? "the problem" : `the ${length} problems`} above first.`;
  }
  return null;
}

export function Dock({ onAdd, onOptions, children }: Props) {
  const paramCount = useDesignStore((state) => state.paramCount);
  const memory = useDesignStore((state) => state.estimatedMemory);
  const flops = useDesignStore((state) => state.validation?.numbers.flops_per_board ?? null);
  const busy = useTraining((state) => state.busy);
  const obstacle = useObstacle();

  const guarded = (action: () => void) => () => {
    if (obstacle) toast(obstacle, "bad");
    else if (busy === null) action();
  };
  const train = async (): Promise<void> => {
    const runId = await trainDesign();
    if (runId) go({ screen: "run", runId });
  };

  return (
    <footer className="dock">
      {children}
      <div className="dock__top">
        <div className="dock__numbers">
          <p className="dock__number" data-testid="param-count" data-value={paramCount}>
            <strong>{formatCount(paramCount)}</strong> parameters
          </p>
          <p className="dock__number" data-testid="memory-estimate" data-value={memory}>
            <strong>{formatCount(memory)} MB</strong>
            {flops !== null && (
              <>
                {" · "}
                <strong>{formatFlops(flops)}</strong>
              </>
            )}
          </p>
        </div>
        <FaceSwitch />
        <UndoButtons />
      </div>
      {obstacle && (
        <p className="dock__obstacle" id="obstacle">
          {obstacle}
        </p>
      )}
      <div className="dock__actions">
        <button type="button" className="button button--tonal dock__add" data-testid="add-block" onClick={onAdd} aria-label="Add block">
          <Icon name="add" size={22} />
          <span className="dock__add-text">Block</span>
        </button>
        <button
          type="button"
          className="button button--tonal"
          data-testid="compile"
          aria-disabled={obstacle !== null || busy !== null}
          aria-describedby={obstacle ? "obstacle" : undefined}
          onClick={guarded(() => void compileDesign())}
        >
          {busy === "compile" ? <Spinner label="Compiling" /> : <Icon name="code" size={20} />}
          Compile
        </button>
        <span className="split">
          <button
            type="button"
            className="button button--filled split__main"
            data-testid="train"
            aria-disabled={obstacle !== null || busy !== null}
            aria-describedby={obstacle ? "obstacle" : undefined}
            onClick={guarded(() => void train())}
          >
            {busy === "train" ? <Spinner label="Starting" /> : <Icon name="play" size={20} />}
            Train
          </button>
          <button type="button" className="button button--filled split__side" aria-label="Training options" onClick={onOptions}>
            <Icon name="tune" size={20} />
          </button>
        </span>
      </div>
    </footer>
  );
}
