import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  {
    ignores: [
      "artifacts/",
      "cache/",
      "coverage/",
      "node_modules/",
      "types/",
      "deploy/deployments/",
      "sdk/dist/",
      "app/dist/",
    ],
  },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      // Numbers and bigints print as one expects; objects and undefined do not.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true, argsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Use a seeded generator: every run must be repeatable." },
      ],
      eqeqeq: "error",
      // The compiler checks names, in JavaScript too (`checkJs`).
      "no-undef": "off",
      "no-console": "off",
    },
  },
  {
    // Their types are in the comments.
    files: ["**/*.mjs"],
    rules: { "@typescript-eslint/explicit-module-boundary-types": "off" },
  },
  {
    // Return types of test fixtures are inferred from what they deploy.
    files: ["test/**"],
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      // `expect(x).to.be.true` of chai is an expression.
      "@typescript-eslint/no-unused-expressions": "off",
    },
  },
);
