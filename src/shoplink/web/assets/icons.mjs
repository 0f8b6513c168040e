// One SVG file with every icon that a template or a view names, as `icon "bell"`, `icon="bell"`, `icon_name="bell"` or `Menu("bell"`.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";

const NAMED = /(?:\bicon(?:_name)?[ =]|\bMenu\()"([a-z0-9-]+)"/g;
const { resolve } = createRequire(import.meta.url);

// The names of the icons, and the file.
export function sprite(folder) {
  const names = new Set();
  for (const path of readdirSync(folder, { recursive: true })) {
    if ([".html", ".py"].includes(extname(path))) {
      for (const found of readFileSync(join(folder, path), "utf8").matchAll(NAMED)) names.add(found[1]);
    }
  }
  const sorted = [...names].sort();
  const symbols = sorted.map((name) => {
    const source = readFileSync(resolve(`@tabler/icons/outline/${name}.svg`), "utf8");
    const paths = source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${paths.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  return [sorted, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`];
}
