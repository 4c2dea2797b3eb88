import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson, fail, parseWith, readDocument } from '../../config/index.js';
import { resolveCrossbar } from '../../crossbar/index.js';
import type { Architecture } from '../../space/index.js';
import { architectureSchema, type RunRecord, readRun, trialRecordSchema, writeFileAtomic } from '../../store/index.js';
import { admitsOnChip } from '../chip-limits.js';
import { type SearchConfig, searchConfigSchema } from '../config.js';
import { objectiveList, outcomeOf } from '../objective.js';
import type { RunSetup } from '../setup.js';
import { Memory } from '../strategies/memory.js';

/** Name of the file in a run's folder that keeps what the run took over, so that resuming needs no other run. */
const warmStartFile = 'warm-start.json';

const warmStartSchema = z.strictObject({
  format: z.literal(1),
  /** Results taken over, numbered from 0: the first trials of the new run. */
  trials: z.array(trialRecordSchema),
  /** Architectures to measure anew before anything else. */
  again: z.array(architectureSchema),
  notes: z.array(z.string()),
});

/** What a run takes over from earlier ones. */
export type WarmStart = z.output<typeof warmStartSchema>;

/** A run that begins from nothing. */
export const coldStart: WarmStart = { format: 1, trials: [], again: [], notes: [] };

/**
 * What `search.from` brings. Results of a run with the same images, training, crossbar and evaluation are taken over:
 * they are told before the first proposal. Of a run that measured otherwise, the best architectures are measured anew.
 *
 * @throws RUN_NOT_FOUND, RUN_DAMAGED; CONFIG_INVALID when a run searched another space
 */
export function warmStartFrom(setup: RunSetup, resultsDir: string): WarmStart {
  const { from, evaluateTop } = setup.config.search;
  const trials = new Map<string, WarmStart['trials'][number]>();
  const again = new Map<string, Architecture>();
  const notes: string[] = [];
  for (const id of from) {
    const record = readRun(resultsDir, id);
    const own = usable(record, setup);
    if (measuredAlike(record, setup.config)) {
      for (const trial of own) trials.set(trial.name, { ...trial, importedFrom: id });
      notes.push(`${own.length} trials of run ${id} were taken over with their results.`);
    } else {
      const best = bestOf(own, setup.config).slice(0, evaluateTop);
      for (const { name, architecture } of best) again.set(name, architecture!);
      notes.push(
        `Run ${id} measured under other settings: its ${best.length} best architectures were measured anew, its results were not used.`,
      );
    }
  }
  const numbered = [...trials.values()].map((trial, number) => ({ ...trial, number, round: 0, attempts: 0 }));
  const unmeasured = [...again].filter(([name]) => !trials.has(name)).map(([, architecture]) => architecture);
  return { format: 1, trials: numbered, again: unmeasured, notes };
}

/** Keeps in a run's folder what it takes over. */
export function saveWarmStart(folder: string, warmStart: WarmStart): void {
  writeFileAtomic(join(folder, warmStartFile), `${JSON.stringify(warmStart)}\n`);
}

/** What a run took over when it began. A run that was killed before it could keep it looks again. */
export function loadWarmStart(folder: string, setup: RunSetup, resultsDir: string): WarmStart {
  if (setup.config.search.from.length === 0) return coldStart;
  const file = join(folder, warmStartFile);
  if (existsSync(file)) return parseWith(warmStartSchema, readDocument(file), file, 'RUN_DAMAGED');
  const warmStart = warmStartFrom(setup, resultsDir);
  saveWarmStart(folder, warmStart);
  return warmStart;
}

/** The successful search trials of a run that this run could have proposed, in order. */
function usable(record: RunRecord, { space, chip, config }: RunSetup): WarmStart['trials'] {
  const admits = admitsOnChip(space, chip, config.limits);
  const full = fullRung(record);
  const trials = record.trials.filter(({ role, metrics, architecture, rung }) => {
    if (role !== 'search' || metrics === null || architecture === null || rung !== full) return false;
    if (architecture.space !== space.name) refuse(record, architecture, space.name);
    space.validate(architecture);
    return space.withinLimits(architecture) && admits(architecture);
  });
  return trials.map(({ rung: _full, ...trial }) => trial);
}

/** The rung of a run's trials at full fidelity: undefined where it had no rungs. */
function fullRung({ config }: RunRecord): number | undefined {
  const parsed = searchConfigSchema.safeParse(config);
  const halving = parsed.success ? parsed.data.search.halving : undefined;
  return halving === undefined ? undefined : halving.rungs - 1;
}

function refuse(record: RunRecord, architecture: Architecture, wanted: string): never {
  return fail('CONFIG_INVALID', `The run ${record.id} searched another space.`, {
    path: 'search.from',
    found: `${record.id}, a run over ${architecture.space}`,
    accepted: `runs over ${wanted}`,
  });
}

/**
 * Whether two runs measure alike, apart from their seeds: then their results can stand side by side. Those of two
 * supernets never can.
 */
function measuredAlike(record: RunRecord, config: SearchConfig): boolean {
  const parsed = searchConfigSchema.safeParse(record.config);
  if (config.evaluation.mode === 'supernet') return false;
  return parsed.success && canonicalJson(measurement(parsed.data)) === canonicalJson(measurement(config));
}

function measurement({ task, crossbar, training, evaluation }: SearchConfig): unknown {
  const { data: _whereItLies, ...images } = task;
  return { images, crossbar: resolveCrossbar(crossbar, 'crossbar'), training, evaluation };
}

function bestOf(trials: WarmStart['trials'], { objective, limits }: SearchConfig): WarmStart['trials'] {
  const memory = new Memory();
  memory.tell(
    trials.map(({ number, architecture, metrics }) => {
      return { number, architecture: architecture!, outcome: outcomeOf(metrics!, objectiveList(objective)) };
    }),
  );
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  return memory.ranked(limits.avm).map(({ number }) => byNumber.get(number)!);
}
