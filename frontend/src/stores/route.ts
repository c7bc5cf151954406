/** Which screen is shown, as the address says it. */
import { create } from "zustand";

export type Route =
  | { screen: "designs" }
  | { screen: "runs" }
  | { screen: "studio"; designId: string }
  | { screen: "run"; runId: string }
  | { screen: "game"; runId: string; gameId: string };

/** `/`, `/model-studio` -> designs; `/runs`; `/designs/<id>`; `/runs/<id>`; `/runs/<id>/games/<id>`. */
export function routeOf(path: string): Route {
  const [first, second, third, fourth] = path.split("/").filter((part) => part !== "");
  if (first === "designs" && second) return { screen: "studio", designId: decodeURIComponent(second) };
  if (first !== "runs") return { screen: "designs" };
  if (!second) return { screen: "runs" };
  const runId = decodeURIComponent(second);
  return third === "games" && fourth ? { screen: "game", runId, gameId: decodeURIComponent(fourth) } : { screen: "run", runId };
}

export function pathOf(route: Route): string {
  switch (route.screen) {
    case "studio":
      return `/designs/${encodeURIComponent(route.designId)}`;
    case "run":
      return `/runs/${encodeURIComponent(route.runId)}`;
    case "game":
      return `/runs/${encodeURIComponent(route.runId)}/games/${encodeURIComponent(route.gameId)}`;
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
