/** The graph of a design as files: SVG, and PNG drawn from it. */
import { drawDesign } from "../../domain/drawing";
import type { ModelArchitecture } from "../../domain/types";
import { blockIcon, iconPath } from "../../ui/Icon";

const SCALE = 2;
/** Phones refuse larger canvases: 16 million pixels on iOS. */
const MAX_PIXELS = 16_000_000;
const MAX_SIDE = 16_000;

const iconOf = (type: string): string => iconPath(blockIcon(type));

/** The picture as an SVG file. */
export function svgOf(design: ModelArchitecture): Blob {
  return new Blob([drawDesign(design, iconOf).svg], { type: "image/svg+xml" });
}

/** The picture as a PNG file, at twice its size as far as the phone can draw that. */
export async function pngOf(design: ModelArchitecture): Promise<Blob> {
  const { svg, width, height } = drawDesign(design, iconOf);
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(SCALE, Math.sqrt(MAX_PIXELS / (width * height)), MAX_SIDE / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("This browser cannot draw a picture now.");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob) resolve(blob);
        else reject(new Error("The picture is too large for this phone. Take the SVG instead."));
      }, "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The design as a JSON file that Import reads back; its id stays here. */
export function jsonOf({ name, version, meta, components, edges }: ModelArchitecture): Blob {
  return new Blob([`${JSON.stringify({ name, version, meta, components, edges }, null, 2)}\n`], { type: "application/json" });
}
