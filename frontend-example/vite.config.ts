import { defineConfig } from "vite";

// The page and the graph share one origin, so that no CORS is needed.
const router = process.env.HANSE_URL ?? "http://127.0.0.1:4000";

export default defineConfig({
  server: { host: "127.0.0.1", proxy: { "/graphql": { target: router, ws: true } } },
});
