// Writes the reference pages that follow from the code: `npm run docs` (needs `npm run build` first).
// A test compares the committed pages with what this prints, so they cannot drift apart.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { chipSchema } from '../dist/chip/index.js';
import { errorCodes } from '../dist/config/index.js';
import { crossbarConfigSchema, crossbarPresets } from '../dist/crossbar/index.js';
import { converterSchema, noiseModelSchema } from '../dist/devices/index.js';
import { searchConfigSchema } from '../dist/search/index.js';

/** Markdown of docs/reference/errors.md. */
export function errorsPage() {
  const rows = Object.entries(errorCodes).map(([code, { exitCode, meaning }]) => `| \`${code}\` | ${exitCode} | ${meaning} |`);
  return [
    '# Errors',
    '',
    'Every error that a wrong input can cause. With `--json` nothing is printed on stdout then; stderr carries the message:',
    'what is wrong, in which file or flag, at which path inside it, what was found and what is accepted.',
    'Exit code 2 means refused before any work started, 1 means failed afterwards.',
    '',
    '| code | exit | meaning |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** Markdown of docs/reference/configuration.md. */
export function configurationPage() {
  const schema = z.toJSONSchema(searchConfigSchema, { io: 'input', unrepresentable: 'any' });
  return [
    '# Configuration',
    '',
    'A run is described by one YAML or JSON file. Any key may be overridden on the command line with `--set a.b=c`.',
    'Keys that are not listed here are refused.',
    '',
    ...sections(schema, [], searchConfigSchema.parse({ task: { name: 'synthetic-shapes' }, space: 'resnet-tiny' })),
  ].join('\n');
}

/** Markdown of docs/reference/chip-file.md. */
export function chipFilePage() {
  const schema = z.toJSONSchema(chipSchema, { io: 'input', unrepresentable: 'any' });
  return [
    '# Chip file',
    '',
    'A chip is described by one JSON or YAML file; `chips/hermes-64.json` is a complete example. Every number is a mapping',
    'of `value`, `source` (a key of `sources`), optionally `assumed: true` where nothing published supports it, and a `note`',
    'that says how it follows from its source. Energies are in joules, times in seconds. Keys not listed here are refused.',
    '',
    ...chipSections(schema, []),
  ].join('\n');
}

/** One table per mapping; a number with its source is one row. */
function chipSections(schema, path) {
  const properties = Object.entries(schema.properties ?? {});
  const rows = properties.map(([key, member]) => {
    const kind = isQuantity(member) ? `number${range(member.properties.value)}` : typeOf(member);
    return `| ${code(key)} | ${kind} | ${schema.required.includes(key) ? 'yes' : 'no'} | ${member.description ?? ''} |`;
  });
  const title = path.length === 0 ? [] : [`## \`${path.join('.')}\``, ''];
  const nested = properties.flatMap(([key, member]) => {
    if (isQuantity(member)) return [];
    if (member.items?.properties !== undefined) return chipSections(member.items, [...path, `${key}[]`]);
    return member.properties === undefined ? [] : chipSections(member, [...path, key]);
  });
  return [...title, '| key | type | required | meaning |', '|---|---|---|---|', ...rows, '', ...nested];
}

const isQuantity = (member) => member.properties?.value !== undefined && member.properties.source !== undefined;

/** Markdown of docs/reference/crossbar.md. */
export function crossbarPage() {
  return [
    '# Crossbar settings',
    '',
    'What `--crossbar <file>`, `crossbar:` of a run and `resolveCrossbar(...)` take: any part of this, or a file of AIHWKit\'s',
    '(`{class, non_default, effective}`, `{class, non_default}`, the effective object, or one of its parts). Names and defaults',
    'are AIHWKit\'s, in camelCase; times are in seconds, conductances in microsiemens. In `kirchhoff sweep --param` a setting is',
    'named by its path, for example `forward.outNoise`.',
    '',
    `Presets: ${crossbarPresets()
      .map((name) => `\`${name}\``)
      .join(', ')}.`,
    '',
    ...sections(z.toJSONSchema(crossbarConfigSchema, { io: 'input', unrepresentable: 'any' }), []),
    ...classes('noiseModel', noiseModelSchema),
    ...classes('noiseModel.gConverter', converterSchema),
  ].join('\n');
}

/** One section for each class that a member of a configuration may be. */
function classes(path, schema) {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return (json.oneOf ?? json.anyOf).flatMap((member) => {
    const { class: label, ...properties } = member.properties;
    const rows = Object.entries(properties).map(([key, inner]) => row(key, plainConverter(inner), member.required ?? []));
    const table = ['| key | type | default | meaning |', '|---|---|---|---|', ...rows, ''];
    return [`## \`${path}\` of class \`${label.const}\``, '', ...(rows.length > 0 ? table : ['No settings.', ''])];
  });
}

/** A converter within a noise model has sections of its own. */
function plainConverter(member) {
  const isConverter = (member.oneOf ?? member.anyOf)?.some(({ properties }) => properties?.class !== undefined);
  return isConverter ? { type: 'converter, see below', description: member.description } : member;
}

/**
 * One table per mapping, outermost first.
 *
 * @param defaults what a configuration that names nothing comes to, where the schema's own defaults do not tell: those of
 *   values that are read from text
 */
function sections(schema, path, defaults = {}) {
  const properties = Object.entries(schema.properties ?? {});
  const required = schema.required ?? [];
  const rows = properties.map(([key, member]) => {
    return row(key, required.includes(key) ? member : withDefault(member, defaults?.[key]), required);
  });
  const table = ['| key | type | default | meaning |', '|---|---|---|---|', ...rows, ''];
  const title = path.length === 0 ? [] : [`## \`${path.join('.')}\``, ''];
  const nested = properties
    .filter(([, member]) => member.properties !== undefined)
    .flatMap(([key, member]) => sections(member, [...path, key], defaults?.[key]));
  return [...title, ...table, ...nested];
}

function withDefault(member, value) {
  return member.default !== undefined || value === undefined || member.properties !== undefined ? member : { ...member, default: value };
}

function row(key, member, required) {
  const fallback = member.default === undefined ? (required.includes(key) ? '**required**' : '') : code(JSON.stringify(member.default));
  const cells = [code(key), typeOf(member), member.properties === undefined ? fallback : '', member.description ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function typeOf(member) {
  if (member.enum !== undefined) return member.enum.map((value) => code(String(value))).join(', ');
  if (member.const !== undefined) return code(String(member.const));
  const options = member.anyOf ?? member.oneOf;
  if (options !== undefined) return [...new Set(options.map(typeOf))].join(' or ');
  if (member.type === 'array') return `list of ${typeOf(member.items ?? {})}`;
  if (member.properties !== undefined) return 'mapping, see below';
  return `${{ integer: 'whole number', object: 'mapping' }[member.type] ?? member.type ?? 'any'}${range(member)}`;
}

function range(member) {
  const safe = (limit) => limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  const parts = [];
  if (safe(member.minimum)) parts.push(`>= ${member.minimum}`);
  if (safe(member.exclusiveMinimum)) parts.push(`> ${member.exclusiveMinimum}`);
  if (safe(member.maximum)) parts.push(`<= ${member.maximum}`);
  if (safe(member.exclusiveMaximum)) parts.push(`< ${member.exclusiveMaximum}`);
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}

const code = (text) => (text.length > 60 ? '' : `\`${text}\``);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const here = (file) => fileURLToPath(new URL(file, import.meta.url));
  writeFileSync(here('reference/errors.md'), errorsPage());
  writeFileSync(here('reference/configuration.md'), configurationPage());
  writeFileSync(here('reference/chip-file.md'), chipFilePage());
  writeFileSync(here('reference/crossbar.md'), crossbarPage());
}
