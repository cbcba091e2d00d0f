// Builds the dashboard's assets into ../static under names that carry their content's hash, with a manifest
// of source name → built name. Needs what package-lock.json names, and no network.
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../../..");
const out = join(here, "../static");
const require = createRequire(import.meta.url);
const manifest = {};

const hashed = (name, content) => {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const [stem, ...rest] = name.split(".");
  const built = [stem, digest, ...rest].join(".");
  writeFileSync(join(out, built), content);
  manifest[name] = built;
};

const bundle = async (entry, name, extra = {}) => {
  const result = await esbuild.build({
    entryPoints: [entry], outdir: out, entryNames: `${name}.[hash]`, assetNames: "[name].[hash]", bundle: true,
    minify: true, legalComments: "none", metafile: true, target: ["chrome120", "firefox121", "safari17"],
    loader: { ".woff2": "file" }, logLevel: "warning", ...extra,
  });
  for (const file of Object.keys(result.metafile.outputs)) {
    const built = basename(file);
    manifest[built.replace(/\.[0-9A-Z]{8}\./, ".")] = built;
  }
};

const styles = () => {
  const made = join(out, `tailwind.${process.pid}.css`);
  const cli = join(dirname(require.resolve("@tailwindcss/cli/package.json")), "dist/index.mjs");
  execFileSync(process.execPath, [cli, "-i", join(here, "css/app.css"), "-o", made], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  return made;
};

const sprite = () => {
  const names = readFileSync(join(here, "icons.txt"), "utf8").split(/\s+/).filter(Boolean);
  const folder = join(dirname(require.resolve("lucide-static/package.json")), "icons");
  const symbols = names.map((name) => {
    const body = readFileSync(join(folder, `${name}.svg`), "utf8").replace(/<!--.*?-->/gs, "");
    const inner = body.slice(body.indexOf(">", body.indexOf("<svg")) + 1, body.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
};

// A dashboard that is running goes on serving the build before this one; what is older goes.
const manifestPath = join(out, "manifest.json");
const before = existsSync(manifestPath) ? Object.values(JSON.parse(readFileSync(manifestPath, "utf8"))) : [];
mkdirSync(out, { recursive: true });
const made = styles();
await bundle(made, "app");
rmSync(made);
await bundle(join(here, "js/app.js"), "app", { format: "iife" });
hashed("icons.svg", sprite());
for (const file of readdirSync(join(here, "images"))) hashed(file, readFileSync(join(here, "images", file)));
writeFileSync(`${manifestPath}.new`, JSON.stringify(manifest, null, 1));
renameSync(`${manifestPath}.new`, manifestPath);
const kept = new Set(["manifest.json", ...before, ...Object.values(manifest)]);
for (const file of readdirSync(out)) if (!kept.has(file)) rmSync(join(out, file), { force: true });
