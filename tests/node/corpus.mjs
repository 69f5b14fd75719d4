// Forms that others wrote, out of installed packages, as one JSON list on standard output:
//   {"package", "version", "licence", "name", "schema", "data"?}
// Some packages export them, some ship them as files; rjsf's stand inside tests of its themes,
// which are run here with a form that only looks at what it is given.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readdirSync, readFileSync } from 'node:fs';

const modules = resolve(process.argv[2], 'node_modules');
const require = createRequire(join(modules, '/'));
// Test files talk; standard output is ours.
console.log = console.warn = console.error = () => {};

const found = [];
const read = (...path) => JSON.parse(readFileSync(join(modules, ...path), 'utf8'));
const add = (name, title, schema, data) => {
  if (schema === undefined || schema === null) return;
  const { version, license } = read(name, 'package.json');
  found.push({ package: name, version, licence: license?.type ?? license, name: title, schema, data });
};

for (const one of require('@jsonforms/examples').getExamples()) {
  add('@jsonforms/examples', one.name, one.schema, one.data);
}

add('survey-core', 'surveyjs_definition', read('survey-core', 'surveyjs_definition.json'));

// Some of what is called .json is JavaScript; those are not forms as data.
const isJson = (text) => {
  try {
    return Boolean(JSON.parse(text));
  } catch {
    return false;
  }
};
const files = (...folder) =>
  readdirSync(join(modules, ...folder))
    .filter((name) => name.endsWith('.json') && isJson(readFileSync(join(modules, ...folder, name), 'utf8')))
    .sort();

for (const file of files('angular-schema-form', 'examples', 'data')) {
  const { schema } = read('angular-schema-form', 'examples', 'data', file);
  add('angular-schema-form', file.replace('.json', ''), schema);
}

for (const file of files('jsonform', 'playground', 'examples')) {
  const { schema, value } = read('jsonform', 'playground', 'examples', file);
  // jsonform takes the properties of an object for its schema.
  const whole = schema && !schema.properties ? { type: 'object', properties: schema } : schema;
  add('jsonform', file.replace('.json', ''), whole, value);
}

const path = [];
const Looking = () => null;
const runtime = require('react/jsx-runtime');
const { jsx } = runtime;
runtime.jsx = runtime.jsxs = (type, props, key) => {
  if (type === Looking) add('@rjsf/snapshot-tests', path.slice(1).join(' / '), props.schema, props.formData);
  return jsx(type, props, key);
};
const nothing = new Proxy(function () {}, {
  get: (_, name) => (name === 'then' ? undefined : nothing),
  apply: () => nothing,
});
const hook = () => {};
Object.assign(globalThis, { vi: nothing, expect: nothing, beforeEach: hook, afterEach: hook, beforeAll: hook, afterAll: hook });
globalThis.describe = (name, body) => {
  path.push(name);
  body();
  path.pop();
};
globalThis.test = globalThis.it = (name, body) => {
  path.push(name);
  try {
    // There is no page to draw on: what matters has happened when that fails.
    Promise.resolve(body()).catch(hook);
  } catch {
    hook();
  }
  path.pop();
};
const suites = await import(pathToFileURL(join(modules, '@rjsf', 'snapshot-tests', 'lib', 'index.js')));
for (const [name, suite] of Object.entries(suites)) {
  path.splice(0, path.length, name);
  suite(Looking, {});
}

process.stdout.write(JSON.stringify(found));
