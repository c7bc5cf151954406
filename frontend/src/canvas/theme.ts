/** The tokens of tokens.css as the canvas needs them: read again when the theme changes. */
import type { CategoryId } from "../domain/catalogue";

export interface Theme {
  bg: string;
  surface: string;
  line: string;
  lineStrong: string;
  wire: string;
  text: string;
  text2: string;
  text3: string;
  accent: string;
  accentInk: string;
  accentSoft: string;
  good: string;
  bad: string;
  warn: string;
  badInk: string;
  font: string;
  categories: Record<CategoryId, string>;
}

const CATEGORIES: CategoryId[] = ["input", "mixing", "layer", "merge", "output"];

/** The colours that apply to an element now. */
export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    bg: token("bg"),
    surface: token("surface"),
    line: token("line"),
    lineStrong: token("line-strong"),
    wire: token("wire"),
    text: token("text"),
    text2: token("text-2"),
    text3: token("text-3"),
    accent: token("accent"),
    accentInk: token("accent-ink"),
    accentSoft: token("accent-soft"),
    good: token("good"),
    bad: token("bad"),
    warn: token("warn"),
    badInk: token("surface"),
    font: token("font"),
    categories: Object.fromEntries(CATEGORIES.map((id) => [id, token(`cat-${id}`)])) as Record<CategoryId, string>,
  };
}
