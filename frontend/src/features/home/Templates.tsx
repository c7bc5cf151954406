/** Designs to start from: one tap makes a copy and opens it. */
import type { Template } from "../../api/types";
import { formatShort } from "../../domain/format";
import { sketchOf } from "../../domain/sketch";
import { SketchPicture } from "../../ui/SketchPicture";
import { Skeleton, Spinner } from "../../ui/parts";

const PICTURE = { width: 68, height: 104 };

interface Props {
  templates: Template[] | null;
  /** Slug of the template that is being copied. */
  busy: string | null;
  onUse: (slug: string) => void;
}

export function Templates({ templates, busy, onUse }: Props) {
  return (
    <section aria-labelledby="templates-heading">
      <h2 id="templates-heading" className="section-heading">
        Start from a template
      </h2>
      {templates === null && <Skeleton rows={2} height={120} />}
      <ul className="templates">
        {templates?.map((template) => (
          <li key={template.slug}>
            <button
              type="button"
              className="template"
              data-testid="template"
              data-template={template.slug}
              disabled={busy !== null}
              onClick={() => onUse(template.slug)}
            >
              <span className="template__picture">
                <SketchPicture sketch={sketchOf(template.design, PICTURE)} />
              </span>
              <span className="template__text">
                <span className="template__title">
                  {template.title}
                  {busy === template.slug && <Spinner label="Opening" />}
                </span>
                <span className="template__sentence">{template.sentence}</span>
                <span className="template__numbers">
                  {formatShort(Math.round(template.paramCount * 1e6))} parameters · {template.design.components.length} blocks
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
