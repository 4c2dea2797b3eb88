import { applyOverrides, fail, KirchhoffError, readDocument, valueAt } from '../config/index.js';
import { parseDataOption } from '../data/index.js';
import { parseSearchConfig, type SearchConfig } from '../search/index.js';
import { backendNames } from '../tensor/index.js';

/** Flags that change a config; each stands for one of its keys. */
export interface ConfigFlags {
  readonly data?: string;
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly backend?: string;
  readonly workers?: number;
}

/**
 * Reads a run's config and lays the command's flags over it: first `--set`, then the flags with names of their own.
 *
 * @throws CONFIG_*, OVERRIDE_INVALID, BACKEND_UNKNOWN
 */
export function readRunConfig(file: string, flags: ConfigFlags): SearchConfig {
  const overrides = [...(flags.set ?? [])];
  if (flags.seed !== undefined) overrides.push(`seed=${flags.seed}`);
  if (flags.workers !== undefined) overrides.push(`workers=${flags.workers}`);
  if (flags.backend !== undefined) overrides.push(`backend=${checkedBackend(flags.backend)}`);
  if (flags.data !== undefined) overrides.push(...dataOverrides(flags.data));
  const written = readDocument(file);
  const document = applyOverrides(written, overrides);
  return blamingOverrides(overrides, written, () => parseSearchConfig(document, file));
}

/** Lets a refusal of a key or value that an override wrote name the override instead of the file. */
function blamingOverrides(overrides: readonly string[], written: unknown, parse: () => SearchConfig): SearchConfig {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof KirchhoffError)) throw error;
    const { summary, details } = error;
    const path = details.path ?? '';
    const added = valueAt(written, path.split('.')) === undefined;
    const guilty = overrides.findLast((override) => {
      const key = override.slice(0, override.indexOf('='));
      return contains(key, path) || (added && contains(path, key));
    });
    if (guilty === undefined) throw error;
    throw new KirchhoffError(error.code, summary, { ...details, source: `--set ${guilty}` }, { cause: error });
  }
}

/** Whether a dotted path is the key or lies inside it. */
function contains(key: string, path: string): boolean {
  return path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`);
}

function dataOverrides(option: string): string[] {
  const { task, folder } = parseDataOption(option);
  return [`task.data=${JSON.stringify(folder)}`, ...(task === undefined ? [] : [`task.name=${task}`])];
}

function checkedBackend(name: string): string {
  if (name === 'auto' || (backendNames as readonly string[]).includes(name)) return name;
  return fail('BACKEND_UNKNOWN', `There is no backend called "${name}".`, {
    source: '--backend',
    found: name,
    accepted: ['auto', ...backendNames].join(', '),
  });
}
