/** Designs to start from: one tap makes a copy and opens it. */
import { useMemo } from "react";
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
          <Card key={template.slug} template={template} busy={busy} onUse={onUse} />
        ))}
      </ul>
    </section>
  );
}

function Card({ template, busy, onUse }: { template: Template; busy: string | null; onUse: (slug: string) => void }) {
  // Laying a graph out takes milliseconds, and the screen is drawn several times while its lists arrive.
  const sketch = useMemo(() => sketchOf(template.design, PICTURE), [template.design]);
  return (
    <li>
      <button
        type="button"
        className="template"
        data-testid="template"
        data-template={template.slug}
        disabled={busy !== null}
        onClick={() => onUse(template.slug)}
      >
        <span className="template__picture">
          <SketchPicture sketch={sketch} />
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
  );
}
