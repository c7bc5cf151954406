import type { ManifestOptions } from "vite-plugin-pwa";

/** The installable face of the page; the icons are made by `scripts/make_icons.py` from `public/favicon.svg`. */
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
  shortcuts: [
    { name: "New design", short_name: "New", url: "/model-studio?new=1", icons: [{ src: "/icons/icon-192.png", sizes: "192x192" }] },
    { name: "Runs", short_name: "Runs", url: "/runs", icons: [{ src: "/icons/icon-192.png", sizes: "192x192" }] },
  ],
};
