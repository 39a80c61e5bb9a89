// Builds ../static, which the router serves: every file of the page is ours, no other host is asked.
import { resolve } from "node:path";

import react from "@vitejs/plugin-react";
import license from "rollup-plugin-license";
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  plugins: [react()],
  worker: { format: "es" },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    assetsDir: "graphiql",
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 6000,
    rollupOptions: {
      plugins: [
        license({
          thirdParty: { output: { file: resolve(import.meta.dirname, "../static/THIRD_PARTY.txt"), encoding: "utf-8" } },
        }),
      ],
    },
  },
});
