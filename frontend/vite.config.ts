/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { manifest } from "./src/pwa/manifest.ts";

const SERVER = "http://127.0.0.1:8000";
// The server refuses a foreign Host and Origin, so the proxy speaks under the server's own name.
const toServer = {
  target: SERVER,
  changeOrigin: true,
  headers: { origin: SERVER },
};

export default defineConfig({
  base: "/",
  plugins: [
    react(),
    VitePWA({
      registerType: "prompt",
      injectRegister: null,
      manifest,
      includeAssets: ["favicon.svg", "icons/apple-touch-icon.png"],
      workbox: {
        globPatterns: ["**/*.{js,css,html,svg,webmanifest}"],
        navigateFallback: "/index.html",
        navigateFallbackDenylist: [/^\/api\//, /^\/(healthz|readyz|metrics|docs|openapi\.json)/],
        cleanupOutdatedCaches: true,
        // The new version waits until the user agrees: nobody's edit is lost to a reload.
        skipWaiting: false,
        clientsClaim: true,
      },
    }),
  ],
  // `spec/` lies beside this folder: one set of rows for Python and TypeScript.
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true,
    fs: { allow: [".."] },
    proxy: { "/api": toServer, "/healthz": toServer },
  },
  preview: { host: "127.0.0.1", port: 4173, proxy: { "/api": toServer, "/healthz": toServer } },
  worker: { format: "es" },
  build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 400 },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"], restoreMocks: true },
});
