// Builds ../charts.js, which is committed: only who changes a chart needs npm.
//
//   npm ci && npm run build

import { build } from "esbuild";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";

const banner = `/*! Draws charts with Apache ECharts 6.1.0 (Apache-2.0), which has parts of zrender and d3 (BSD-3-Clause) and tslib
(0BSD). Licences: LICENSE, NOTICE, LICENSE-zrender and LICENSE-tslib in assets/charts of bantam-insight. */`;

await build({
  entryPoints: ["charts.js"],
  outfile: "../charts.js",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "ascii",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  banner: { js: banner },
});

// Nothing inside may end the element that the script stands in.
const built = readFileSync("../charts.js", "utf8");
writeFileSync("../charts.js", built.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--"));
for (const [file, name] of [
  ["echarts/LICENSE", "LICENSE"],
  ["echarts/NOTICE", "NOTICE"],
  ["zrender/LICENSE", "LICENSE-zrender"],
  ["tslib/LICENSE.txt", "LICENSE-tslib"],
]) {
  copyFileSync(`node_modules/${file}`, name);
}
