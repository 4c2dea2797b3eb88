import { readDocument } from '../../config/index.js';
import { fromAihwkit, looksLikeAihwkit } from './aihwkit.js';
import type { CrossbarConfig } from './crossbar-config.js';
import { camelKeys } from './key-case.js';
import { presets } from './presets.js';
import { resolveCrossbar } from './resolve.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * A crossbar from what a user names on a command line: a preset, or a YAML or JSON file of our own schema or of any
 * shape that {@link fromAihwkit} reads.
 *
 * @throws CONFIG_UNREADABLE, CONFIG_SYNTAX, CROSSBAR_INVALID, CROSSBAR_UNSUPPORTED
 * @example loadCrossbar('StandardHWATrainingPreset'); loadCrossbar('my-chip.json')
 */
export function loadCrossbar(presetOrFile: string, source = '--crossbar'): CrossbarConfig {
  return resolveCrossbar(readCrossbar(presetOrFile, source), isFile(presetOrFile) ? presetOrFile : source);
}

/**
 * A crossbar as {@link loadCrossbar} reads it, with some settings changed.
 *
 * @param changes values by dotted path, in our names or AIHWKit's: `forward.outNoise`, `forward.out_noise`
 * @throws as {@link loadCrossbar}; a wrong path or value is named with `source`
 * @example crossbarWith('pcm-8bit-256', { 'forward.outNoise': 0.1 })
 */
export function crossbarWith(
  presetOrFile: string,
  changes: Readonly<Record<string, unknown>>,
  source = '--param',
): CrossbarConfig {
  loadCrossbar(presetOrFile);
  const start = completed(readCrossbar(presetOrFile, '--crossbar'), presetOrFile);
  const changed = Object.entries(changes).reduce<Json>(
    (config, [path, value]) => withValue(config, crossbarPath(path).split('.'), value),
    start,
  );
  return resolveCrossbar(changed, source);
}

/** A dotted path in our names: AIHWKit's snake_case becomes camelCase. */
export function crossbarPath(path: string): string {
  return path
    .split('.')
    .map((key) => Object.keys(camelKeys({ [key]: 0 }) as Json)[0]!)
    .join('.');
}

function isFile(presetOrFile: string): boolean {
  return /[./\\]/.test(presetOrFile);
}

function readCrossbar(presetOrFile: string, source: string): unknown {
  if (isFile(presetOrFile)) return readDocument(presetOrFile);
  return presets[presetOrFile] ?? resolveCrossbar(presetOrFile, source);
}

/** Our own shape, with the class that a noise model has where none is named. */
function completed(given: unknown, source: string): Json {
  if (looksLikeAihwkit(given)) return fromAihwkit(given, source);
  const { noiseModel, ...rest } = given as { noiseModel?: Json };
  return { ...rest, noiseModel: { class: 'PCMLikeNoiseModel', ...noiseModel } };
}

function withValue(node: unknown, [key, ...rest]: readonly string[], value: unknown): Json {
  const mapping = typeof node === 'object' && node !== null ? (node as Json) : {};
  return { ...mapping, [key!]: rest.length === 0 ? value : withValue(mapping[key!], rest, value) };
}
