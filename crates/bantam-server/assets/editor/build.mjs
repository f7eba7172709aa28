// Bundles the editor into ../editor.js: `npm install && npm run build`. The result is committed, so that nobody needs npm
// to compile bantam.
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";

await build({
  entryPoints: ["editor.js"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  outfile: "../editor.js",
  banner: { js: "/* CodeMirror and Lezer, MIT licensed: see assets/editor/LICENSE */" },
});
const text = readFileSync("../editor.js", "utf8");
writeFileSync("../editor.js", text.trimEnd() + "\n");
