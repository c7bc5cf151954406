/** What Compile gave: a short card that is in nobody's way, and the source behind it. */
import { catalogue } from "../../domain/catalogue";
import { formatCount } from "../../domain/format";
import { useDesignStore } from "../../stores/designStore";
import { toast } from "../../stores/toasts";
import { dismissCompiled, useTraining } from "../../stores/training";
import { Icon } from "../../ui/Icon";
import { Sheet } from "../../ui/Sheet";

export function CompiledCard({ onSource }: { onSource: () => void }) {
  const compiled = useTraining((state) => state.compiled);
  if (!compiled) return null;
  const count = Math.round(compiled.result.paramCount * 1e6);
  return (
    <div className="compiled" data-testid="compile-result" role="status">
      <span className="compiled__icon">
        <Icon name="check" size={20} />
      </span>
      <p className="compiled__text">
        <strong>Compiled</strong>
        <span>{formatCount(count)} parameters</span>
      </p>
      <button type="button" className="button button--small" onClick={onSource}>
        See the code
      </button>
      <button type="button" className="icon-button" aria-label="Hide" onClick={dismissCompiled}>
        <Icon name="close" size={20} />
      </button>
    </div>
  );
}

const CONFIG_LABELS: Record<string, string> = {
  d_model: "Width",
  n_heads: "Heads",
  n_layers: "Layers",
  n_experts: "Experts",
  lb_reward_coef: "Balance",
};

export function CompileSheet({ onClose }: { onClose: () => void }) {
  const compiled = useTraining((state) => state.compiled);
  const design = useDesignStore((state) => state.currentDesign);
  if (!compiled) return null;
  const { result, source } = compiled;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(source);
      toast("Source copied", "good");
    } catch {
      toast("This browser does not let the page copy here.", "bad");
    }
  };
  const blocks = design?.components.filter((component) => catalogue.has(component.type)).length ?? 0;
  return (
    <Sheet
      title="Generated model"
      subtitle={result.import_path}
      testId="compile-sheet"
      onClose={onClose}
      footer={
        <button type="button" className="button button--tonal button--wide" onClick={() => void copy()}>
          <Icon name="copy" size={20} />
          Copy the source
        </button>
      }
    >
      <dl className="facts facts--grid">
        <div>
          <dt>Parameters</dt>
          <dd>{formatCount(Math.round(result.paramCount * 1e6))}</dd>
        </div>
        <div>
          <dt>Blocks</dt>
          <dd>{blocks}</dd>
        </div>
        {Object.entries(CONFIG_LABELS).map(([key, label]) => {
          const value = result.config[key];
          return typeof value === "number" ? (
            <div key={key}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ) : null;
        })}
      </dl>
      <pre className="source" tabIndex={0} aria-label="Python source">
        <code>{source}</code>
      </pre>
    </Sheet>
  );
}
