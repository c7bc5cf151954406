/** Numbers, times and shapes as people read them on a small screen. */
import type { Shape } from "./shapes";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 118789 -> "118,789". */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** 118789 -> "119k", 2000000 -> "2M": at most three significant digits. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  if (size < 1000) return formatNumber(value);
  for (const [unit, name] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    if (size >= unit * 0.9995) return `${trim(value / unit)}${name}`;
  }
  return formatNumber(value);
}

function trim(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** Up to four significant digits, scientific where it is tiny. */
export function formatNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 0.001 && size >= 0.00001) return String(Number(value.toPrecision(2)));
  if (size < 0.001 || size >= 1e7) return value.toExponential(1).replace("e+", "e");
  if (size >= 1000) return formatCount(value);
  return String(Number(value.toPrecision(4)));
}

/** 4670000 -> "4.67 MFLOP". */
export function formatFlops(flops: number): string {
  return formatShort(flops).replace(/([kMG]?)$/, " $1FLOP");
}

export function formatPercent(part: number): string {
  const percent = part * 100;
  if (percent > 0 && percent < 1) return "<1%";
  return `${Math.round(percent)}%`;
}

/** "16 × 64": cells by width; "64" for one vector; "board". */
export function formatShape(shape: Shape): string {
  if (shape.kind === "board") return `${shape.tokens} cells`;
  return shape.kind === "vector" ? `${shape.width}` : `${shape.tokens} × ${shape.width}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${trim(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${trim(bytes / 1e6)} MB` : `${trim(bytes / 1e9)} GB`;
}

/** Seconds -> "45 s", "3 min", "2 h 5 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "just now", "5 min ago", "3 h ago", "2 days ago", else the date. */
export function formatAgo(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (Number.isNaN(seconds)) return "";
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  const days = Math.round(seconds / 86_400);
  if (days < 7) return days === 1 ? "yesterday" : `${days} days ago`;
  return new Date(iso).toLocaleDateString("en", { day: "numeric", month: "short", year: "numeric" });
}
