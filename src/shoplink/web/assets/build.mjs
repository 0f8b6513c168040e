// Bundles what the pages load into ../static/built, under hashed names, with compressed copies beside each file.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { sprite } from "./icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const web = dirname(here);
const built = join(web, "static", "built");

rmSync(built, { recursive: true, force: true });
mkdirSync(built, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: ["app.css", "theme.js", "app.js", "charts.js"],
  outdir: built,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file" },
  bundle: true,
  minify: true,
  metafile: true,
  format: "iife",
  target: ["chrome109", "firefox115", "safari16"],
  legalComments: "none",
  logLevel: "warning",
});

const manifest = {};
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  if (output.entryPoint) manifest[basename(output.entryPoint)] = basename(path);
}

const [names, icons] = sprite(web);
const digest = createHash("sha256").update(icons).digest("hex").slice(0, 8).toUpperCase();
manifest["icons.svg"] = `icons-${digest}.svg`;
writeFileSync(join(built, manifest["icons.svg"]), icons);

for (const name of readdirSync(built)) {
  const content = readFileSync(join(built, name));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  if (extname(name) === ".css" || extname(name) === ".js" || extname(name) === ".svg") {
    writeFileSync(join(built, `${name}.br`), brotliCompressSync(content, { params }));
    writeFileSync(join(built, `${name}.gz`), gzipSync(content, { level: 9 }));
  }
}
writeFileSync(join(built, "manifest.json"), `${JSON.stringify({ files: manifest, icons: names }, null, 1)}\n`);
