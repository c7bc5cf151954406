import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ModelStudioTab } from "./ModelStudioTab";
import { startArrivals } from "./pwa/arrivals";
import { startInstall } from "./pwa/install";
import { startConnection } from "./stores/connection";
import { startClipboard } from "./stores/clipboard";
import { startSync } from "./stores/designSync";
import { startEvents } from "./stores/events";
import { startValidation } from "./stores/validation";
import "./styles/index.css";

startConnection();
startValidation();
startSync();
startClipboard();
startEvents();
startArrivals();
startInstall();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ModelStudioTab />
    </StrictMode>,
  );
}
