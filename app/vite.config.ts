/** Builds the dashboard: static files, nothing of which asks for anything from elsewhere. */

import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Relative: it works under any path.
  base: "./",
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    // Data addresses would need exceptions in what the page may load.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // While working on it: `npx vite app`, beside a running `npm start`.
  server: { proxy: { "/api": process.env.PLIMSOLL_API ?? "http://127.0.0.1:8546" } },
});
