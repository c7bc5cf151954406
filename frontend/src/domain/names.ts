/** Names of designs. */
import { limits } from "./catalogue";

/** "Copy of X", then "Copy 2 of X", within the limit on names. */
export function copyName(name: string, taken: readonly string[]): string {
  const original = name.replace(/^Copy (\d+ )?of /, "");
  for (let count = 1; ; count += 1) {
    const prefix = count === 1 ? "Copy of " : `Copy ${count} of `;
    const candidate = prefix + Array.from(original).slice(0, limits.name_code_points - prefix.length).join("");
    if (!taken.includes(candidate)) return candidate;
  }
}
