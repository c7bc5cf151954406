import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Forbids a folder of src/ to import from the others; what is not listed may be imported. */
function layer(folder, forbidden) {
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: forbidden.map((other) => ({
            group: [`**/${other}/*`, `**/${other}`],
            message: `${folder} must not import ${other}: features -> canvas, stores, ui -> domain; workers -> domain only.`,
          })),
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ["dist", "dev-dist", ".cache", "node_modules", "src/api/generated"] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ["src/**/*.{ts,tsx}", "tests/**/*.{ts,tsx}"] })),
  {
    files: ["src/**/*.{ts,tsx}", "tests/**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "max-lines": ["error", 400],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  layer("domain", ["api", "canvas", "features", "pwa", "stores", "ui", "workers"]),
  layer("workers", ["api", "canvas", "features", "pwa", "stores", "ui"]),
  layer("ui", ["api", "canvas", "features", "pwa", "stores", "workers"]),
  layer("api", ["canvas", "features", "pwa", "stores", "ui", "workers"]),
  layer("stores", ["canvas", "features", "pwa", "ui"]),
  layer("canvas", ["features", "pwa"]),
);
