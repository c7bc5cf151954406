/** The ways in which a design reaches the page from outside: a link, the share sheet of the phone, a file opened with it. */
import { receive } from "../stores/incoming";

/** As the manifest's `share_target` names them. */
const SHARED = ["shared_text", "shared_url", "shared_title"];

interface LaunchParams {
  files?: readonly { getFile: () => Promise<File> }[];
}

declare global {
  interface Window {
    launchQueue?: { setConsumer: (consumer: (launch: LaunchParams) => void) => void };
  }
}

/** Starts listening; call once. */
export function startArrivals(): void {
  fromFragment();
  fromShareSheet();
  window.addEventListener("hashchange", fromFragment);
  window.launchQueue?.setConsumer(({ files }) => {
    const [first] = files ?? [];
    if (first) void first.getFile().then((file) => receive({ kind: "file", file }));
  });
}

function fromFragment(): void {
  if (location.hash.startsWith("#d=")) receive({ kind: "text", text: location.href });
}

function fromShareSheet(): void {
  const query = new URLSearchParams(location.search);
  const text = SHARED.map((name) => query.get(name) ?? "").join("\n").trim();
  if (text === "") return;
  history.replaceState(null, "", location.pathname);
  receive({ kind: "text", text });
}
