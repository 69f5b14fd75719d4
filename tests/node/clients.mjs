// The validators that people run in browsers, as they come: one JSON line asks, one answers.
//   {"keep": name, "data": […]}                      keeps instances for later
//   {"client", "schema", "data": name or […]}        → {"valid": […]} or {"error": text}
//   {"patterns": […], "texts": […]}                  → {"matches": a list for each pattern}
//   {"draw", "schema", "uiSchema", "data", "extraErrors"?} → {"html": text}
//   {"scopes": UI schema, "schema"}                  → {"unknown": […]}
//   {"errors": problem's errors, "scope": path}      → {"shown": what JSON Forms shows there}
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const require = createRequire(join(resolve(process.argv[2]), 'node_modules', '/'));
// Ajv tells of unknown formats on the console, and standard output is ours.
console.log = console.warn = console.error = () => {};

const Ajv = require('ajv').default;
const Ajv2020 = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default;
const react = require('react');
const { renderToStaticMarkup } = require('react-dom/server');
const { default: Form } = require('@rjsf/core');
const { default: rjsf } = require('@rjsf/validator-ajv8');
const forms = require('@jsonforms/core');

const compiled = (make) => (schema) => make().compile(schema);
const lax = { strict: false };

const CLIENTS = {
  'ajv': compiled(() => new Ajv()),
  'ajv lax': compiled(() => new Ajv(lax)),
  'ajv lax formats': compiled(() => addFormats(new Ajv(lax))),
  'ajv2020': compiled(() => new Ajv2020()),
  'ajv2020 lax': compiled(() => new Ajv2020(lax)),
  'jsonforms': compiled(() => forms.createAjv()),
  // rjsf turns a schema it cannot compile into an error of the whole form.
  'rjsf': (schema) => (value) => {
    const { errors, validationError } = rjsf.rawValidation(schema, value);
    if (validationError) throw validationError;
    return !errors?.length && rjsf.validateFormData(value, schema).errors.length === 0;
  },
};

const kept = new Map();

const scopes = (element) => [
  ...(element.scope ? [element.scope] : []),
  ...(element.elements ?? []).flatMap(scopes),
];

const ANSWERS = {
  keep: ({ keep, data }) => (kept.set(keep, data), { kept: data.length }),
  client: ({ client, schema, data }) => {
    const check = CLIENTS[client](schema);
    return { valid: (Array.isArray(data) ? data : kept.get(data)).map((value) => Boolean(check(value))) };
  },
  patterns: ({ patterns, texts }) => {
    // As Ajv compiles `pattern`.
    const compiledPatterns = patterns.map((one) => new RegExp(one, 'u'));
    return { matches: compiledPatterns.map((one) => texts.map((text) => one.test(text))) };
  },
  draw: ({ schema, uiSchema, data, extraErrors }) => {
    const props = { schema, uiSchema, formData: data, extraErrors, validator: rjsf, noHtml5Validate: true };
    return { html: renderToStaticMarkup(react.createElement(Form, props)) };
  },
  scopes: ({ scopes: layout, schema }) => ({
    unknown: scopes(layout).filter((scope) => !forms.Resolve.schema(schema, scope, schema)),
  }),
  errors: ({ errors, schema, data, path }) => {
    const core = forms.coreReducer(undefined, forms.init(data, schema, undefined, { additionalErrors: errors }));
    return { shown: forms.errorAt(path, forms.Resolve.schema(schema, `#/properties/${path.split('.').join('/properties/')}`, schema))(core).map((one) => one.message) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const kind = Object.keys(ANSWERS).find((name) => name in asked);
  let answer;
  try {
    answer = ANSWERS[kind](asked);
  } catch (error) {
    // A TypeError or ReferenceError is a defect of the client's; an Error says what it will not take.
    answer = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
