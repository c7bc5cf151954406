/** A design's graph in miniature, in the colours of its blocks; decoration beside the name that says what it is. */
import type { Sketch } from "../domain/sketch";

export function SketchPicture({ sketch }: { sketch: Sketch }) {
  const { size, bars, wires } = sketch;
  const radius = Math.min(4, (bars[0]?.height ?? 0) / 2.4);
  return (
    <svg className="sketch" width={size.width} height={size.height} viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true" focusable="false">
      {wires.map((wire, at) => (
        <path key={at} className="sketch__wire" d={wire} />
      ))}
      {bars.map(({ category, ...box }, at) => (
        <rect key={at} className="sketch__bar" data-category={category} rx={radius} {...box} />
      ))}
    </svg>
  );
}
