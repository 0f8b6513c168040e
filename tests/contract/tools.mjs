// What programs of others say of the document: two linters, and two makers of clients whose output must type-check.
// `node tools.mjs DOCUMENT FOLDER` writes the clients beside `program.ts` in FOLDER, and every complaint into
// `complaints.json` there.
import { readFileSync, writeFileSync } from 'node:fs';
import { createClient } from '@hey-api/openapi-ts';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectralCore from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const [file, folder] = process.argv.slice(2);
const source = readFileSync(file, 'utf8');

async function spectral() {
  const linter = new spectralCore.Spectral();
  linter.setRuleset({ extends: [rulesets.oas] });
  const found = await linter.run(JSON.parse(source));
  return found.map((one) => `${one.code} ${one.path.join('/')}: ${one.message}`);
}

async function redocly() {
  const config = await createConfig({ extends: ['recommended'] });
  const found = await lintFromString({ source, absoluteRef: file, config });
  return found.map((one) => `${one.ruleId} ${one.location[0]?.pointer}: ${one.message}`);
}

async function generate() {
  writeFileSync(`${folder}/types.ts`, astToString(await openapiTS(JSON.parse(source))));
  const logs = { level: 'warn', file: false };
  await createClient({ input: file, output: { path: `${folder}/client` }, logs });
}

function typeCheck() {
  const options = {
    strict: true,
    noEmit: true,
    noFallthroughCasesInSwitch: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  };
  const program = ts.createProgram([`${folder}/program.ts`, `${folder}/client/index.ts`], options);
  return ts.getPreEmitDiagnostics(program).map((one) => {
    const line = one.file?.getLineAndCharacterOfPosition(one.start).line;
    return `${one.file?.fileName}:${line + 1}: ${ts.flattenDiagnosticMessageText(one.messageText, ' ')}`;
  });
}

const found = { spectral: await spectral(), redocly: await redocly() };
await generate();
writeFileSync(`${folder}/complaints.json`, JSON.stringify({ ...found, types: typeCheck() }));
