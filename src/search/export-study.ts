import { dirname } from 'node:path';
import { fail, makeFolder } from '../config/index.js';
import { optunaJournal } from '../interop/index.js';
import { readRun, resumeHint, writeFileAtomic } from '../store/index.js';
import { configOfRun, spaceOfRun, studyOfRun } from './study-of-run.js';

/**
 * Writes the search trials of a run as a study that Optuna's dashboard opens, see {@link optunaJournal}. The run may
 * still go on: the file then holds the trials that have finished.
 *
 * @returns number of trials written
 * @throws RESULTS_UNWRITABLE, RUN_NOT_FOUND, RUN_DAMAGED; RUN_NOT_FOUND too when no search trial has finished yet
 */
export function exportStudy(resultsDir: string, id: string, file: string): number {
  const record = readRun(resultsDir, id);
  const source = `${resultsDir}/${id}/run.json`;
  const config = configOfRun(record, source);
  const study = studyOfRun({ record, config, space: spaceOfRun(config) });
  if (study.trials.length === 0) {
    fail('RUN_NOT_FOUND', 'This run has no finished search trial yet.', {
      source,
      found: `a run that is ${record.state}`,
      hint: resumeHint(id, resultsDir),
    });
  }
  write(file, optunaJournal(study));
  return study.trials.length;
}

function write(file: string, content: string): void {
  try {
    makeFolder(dirname(file));
    writeFileAtomic(file, content);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    fail('RESULTS_UNWRITABLE', 'The study cannot be written.', { source: file, found: message }, error);
  }
}
