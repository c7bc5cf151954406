import type { ManifestOptions } from "vite-plugin-pwa";

const SHORTCUT_ICONS = [{ src: "/icons/icon-192.png", sizes: "192x192" }];

/** The installable face of the page; the icons are made by `scripts/make_icons.py` from `public/favicon.svg`,
 * the screenshots by `scripts/make_screenshots.py`. Neither is precached, nothing on the page shows them. */
export const manifest: Partial<ManifestOptions> = {
  id: "/model-studio",
  name: "Model Studio",
  short_name: "Model Studio",
  description: "Draw a neural network for 2048 on your phone, train it, watch it learn, take it with you.",
  lang: "en",
  dir: "ltr",
  start_url: "/model-studio",
  scope: "/",
  display: "standalone",
  orientation: "any",
  background_color: "#f6f4f0",
  theme_color: "#b8430a",
  categories: ["developer", "education", "productivity"],
  icons: [
    { src: "/icons/icon-192.png", sizes: "192x192", type: "image/png", purpose: "any" },
    { src: "/icons/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
    { src: "/icons/maskable-192.png", sizes: "192x192", type: "image/png", purpose: "maskable" },
    { src: "/icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
  screenshots: [
    { src: "/screenshots/studio.png", sizes: "824x1830", type: "image/png", form_factor: "narrow", label: "A network as a graph of blocks" },
    { src: "/screenshots/designs.png", sizes: "824x1830", type: "image/png", form_factor: "narrow", label: "Your designs, and templates to start from" },
    { src: "/screenshots/share.png", sizes: "824x1830", type: "image/png", form_factor: "narrow", label: "A whole design in one link or QR code" },
  ],
  shortcuts: [
    { name: "New design", short_name: "New", url: "/model-studio?new=1", icons: SHORTCUT_ICONS },
    { name: "Live run", short_name: "Live", url: "/runs?live=1", icons: SHORTCUT_ICONS },
  ],
  // Another app's "Share" hands over a text that holds the link; `pwa/arrivals.ts` reads these names.
  share_target: {
    action: "/model-studio",
    method: "GET",
    enctype: "application/x-www-form-urlencoded",
    params: { title: "shared_title", text: "shared_text", url: "shared_url" },
  },
  file_handlers: [{ action: "/model-studio", accept: { "application/json": [".json"] } }],
  // A shared design opens in the window that is there already.
  launch_handler: { client_mode: ["navigate-existing", "auto"] },
};
