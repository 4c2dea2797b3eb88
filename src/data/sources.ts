import { fail, nearestWord } from '../config/index.js';
import { cifar10Source } from './cifar10/source.js';
import { mnistSource } from './mnist/source.js';
import { shapesSource } from './shapes/source.js';
import type { TaskSource } from './task.js';

/** Every task that can be loaded. */
export const taskSources: readonly TaskSource[] = [shapesSource, cifar10Source, mnistSource];

/** Names of the tasks, in the order of lists. */
export const taskNames: readonly string[] = taskSources.map(({ name }) => name);

/** @throws CONFIG_INVALID listing the tasks there are */
export function taskSource(name: string): TaskSource {
  const source = taskSources.find((candidate) => candidate.name === name);
  if (source !== undefined) return source;
  const guess = nearestWord(name, taskNames);
  return fail('CONFIG_INVALID', `There is no task called "${name}".${guess ? ` Did you mean "${guess}"?` : ''}`, {
    path: 'task.name',
    found: name,
    accepted: taskNames.join(', '),
  });
}

/** Where a task's files are looked for, and downloaded to, when no folder is named: `data/<task>` of the working folder. */
export function defaultDataFolder(name: string): string {
  return `data/${name}`;
}

/**
 * Splits `[task:]<folder>`, the value of `--data`. Only the name of a known task counts as one, so that `C:\data` stays a folder.
 *
 * @example parseDataOption('cifar10:/sets/cifar') // { task: 'cifar10', folder: '/sets/cifar' }
 */
export function parseDataOption(text: string): { task: string | undefined; folder: string } {
  const colon = text.indexOf(':');
  const task = colon > 0 ? text.slice(0, colon) : '';
  return taskNames.includes(task) ? { task, folder: text.slice(colon + 1) } : { task: undefined, folder: text };
}
