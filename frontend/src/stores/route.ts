/** Which screen is shown, as the address says it. */
import { create } from "zustand";

export type Route =
  | { screen: "designs" }
  | { screen: "runs" }
  | { screen: "studio"; designId: string }
  | { screen: "run"; runId: string };

/** `/`, `/model-studio` -> designs; `/runs`; `/designs/<id>`; `/runs/<id>`. */
export function routeOf(path: string): Route {
  const [first, second] = path.split("/").filter((part) => part !== "");
  if (first === "designs" && second) return { screen: "studio", designId: decodeURIComponent(second) };
  if (first === "runs") return second ? { screen: "run", runId: decodeURIComponent(second) } : { screen: "runs" };
  return { screen: "designs" };
}

export function pathOf(route: Route): string {
  switch (route.screen) {
    case "studio":
      return `/designs/${encodeURIComponent(route.designId)}`;
    case "run":
      return `/runs/${encodeURIComponent(route.runId)}`;
    case "runs":
      return "/runs";
    case "designs":
      return "/model-studio";
  }
}

export const useRoute = create<{ route: Route }>(() => ({ route: routeOf(location.pathname) }));

window.addEventListener("popstate", () => useRoute.setState({ route: routeOf(location.pathname) }));

/** Whether an earlier screen of this page lies behind the shown one, so that "back" may pop it. */
let depth = 0;

export function go(route: Route, how: "push" | "replace" = "push"): void {
  if (how === "push") {
    history.pushState(null, "", pathOf(route));
    depth += 1;
  } else {
    history.replaceState(null, "", pathOf(route));
  }
  useRoute.setState({ route });
  window.scrollTo(0, 0);
}

/** To the screen before, or to `fallback` where the page was opened right here. */
export function goBack(fallback: Route): void {
  if (depth > 0) {
    depth -= 1;
    history.back();
  } else {
    go(fallback, "replace");
  }
}
