/** What an import would bring: picture, name, numbers, and what its rules say. */
import { formatCount } from "../../domain/format";
import { firstIssues, type Imported } from "../../domain/importing";
import { sketchOf } from "../../domain/sketch";
import type { Issue } from "../../domain/types";
import { SketchPicture } from "../../ui/SketchPicture";
import { Icon } from "../../ui/Icon";

const PICTURE = { width: 116, height: 132 };
const SHOWN_ISSUES = 4;

export function Preview({ imported }: { imported: Imported & { ok: true } }) {
  const { design, analysis } = imported;
  const { issues, estimatedMemory } = analysis.result;
  const errors = issues.filter(({ severity }) => severity === "error");
  return (
    <div data-testid="import-preview">
      <div className="preview">
        <span className="preview__picture">
          <SketchPicture sketch={sketchOf({ id: "", ...design }, PICTURE)} />
        </span>
        <dl className="preview__facts">
          <div>
            <dt>Blocks</dt>
            <dd>{formatCount(design.components.length)}</dd>
          </div>
          <div>
            <dt>Parameters</dt>
            <dd data-testid="import-params">{formatCount(analysis.paramCount)}</dd>
          </div>
          <div>
            <dt>To train</dt>
            <dd>{formatCount(estimatedMemory)} MB</dd>
          </div>
        </dl>
      </div>
      {errors.length === 0 ? (
        <div className="note" data-tone="good">
          <Icon name="check" size={20} />
          <p>Follows every rule: it can be compiled and trained as it is.</p>
        </div>
      ) : (
        <>
          <div className="note" data-tone="warn">
            <Icon name="warning" size={20} />
            <p>
              {errors.length === 1 ? "One problem" : `${formatCount(errors.length)} problems`} to repair before it can be compiled. You can add it as a draft.
            </p>
          </div>
          <Problems issues={errors} />
        </>
      )}
    </div>
  );
}

/** The first few sentences of a list of issues. */
export function Problems({ issues }: { issues: readonly Issue[] }) {
  const { shown, more } = firstIssues(issues, SHOWN_ISSUES);
  return (
    <ul className="problems" data-testid="import-issues">
      {shown.map((issue, at) => (
        <li key={at}>{issue.message}</li>
      ))}
      {more !== null && <li className="problems__more">{more}</li>}
    </ul>
  );
}
