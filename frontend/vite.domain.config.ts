import { defineConfig } from "vite";

/** The domain alone, for Node: the differential fuzz runs it beside the Python twin. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: "src/domain/index.ts",
    outDir: ".cache",
    emptyOutDir: false,
    target: "node20",
    minify: false,
    rollupOptions: { output: { entryFileNames: "domain.mjs", format: "es" } },
  },
});
