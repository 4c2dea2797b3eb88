import { fileURLToPath } from 'node:url';
import { applyOverrides, fail, readDocument } from '../config/index.js';
import { parseDataOption } from '../data/index.js';
import { parseSearchConfig, type SearchConfig } from '../search/index.js';
import { backendNames } from '../tensor/index.js';

/** The config that commands use when none is named. */
export const quickStart = fileURLToPath(new URL('../../configs/quickstart.yaml', import.meta.url));

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
  return parseSearchConfig(applyOverrides(readDocument(file), overrides), file);
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
