import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson, fail, parseWith, readDocument } from '../../config/index.js';
import { resolveCrossbar } from '../../crossbar/index.js';
import { loadTask } from '../../data/index.js';
import { chipFigures, programFingerprint } from '../../evaluate/index.js';
import { type Architecture, chipFor } from '../../space/index.js';
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
 * What `search.from` brings. Results of a run with the same images, training, crossbar, evaluation, backend and program
 * are taken over: they are told before the first proposal, as of the last rung where this run has rungs. Of a run that
 * measured otherwise, the best architectures are measured anew. What a network needs on the chip is in any case counted
 * for the chip of this run.
 *
 * @throws RUN_NOT_FOUND, RUN_DAMAGED; CONFIG_INVALID when a run searched another space
 */
export async function warmStartFrom(setup: RunSetup, resultsDir: string): Promise<WarmStart> {
  const { from, evaluateTop, halving } = setup.config.search;
  const trials = new Map<string, WarmStart['trials'][number]>();
  const again = new Map<string, Architecture>();
  const notes: string[] = [];
  for (const id of from) {
    const record = readRun(resultsDir, id);
    const own = usable(record, setup);
    const different = await differences(record, setup);
    if (different.length === 0) {
      for (const trial of own) trials.set(trial.name, { ...trial, importedFrom: id });
      notes.push(`${own.length} trials of run ${id} were taken over with their results.`);
    } else {
      const best = bestOf(own, setup.config).slice(0, evaluateTop);
      for (const { name, architecture } of best) again.set(name, architecture!);
      notes.push(
        `Run ${id} measured otherwise (${different.join(', ')}): its ${best.length} best architectures were measured anew, its results were not used.`,
      );
    }
  }
  const rung = halving === undefined ? {} : { rung: halving.rungs - 1 };
  const numbered = [...trials.values()].map((trial, number) => ({ ...trial, ...rung, number, round: 0, attempts: 0 }));
  const unmeasured = [...again].filter(([name]) => !trials.has(name)).map(([, architecture]) => architecture);
  return { format: 1, trials: numbered, again: unmeasured, notes };
}

/** Keeps in a run's folder what it takes over. */
export function saveWarmStart(folder: string, warmStart: WarmStart): void {
  writeFileAtomic(join(folder, warmStartFile), `${JSON.stringify(warmStart)}\n`);
}

/** What a run took over when it began. A run that was killed before it could keep it looks again. */
export async function loadWarmStart(folder: string, setup: RunSetup, resultsDir: string): Promise<WarmStart> {
  if (setup.config.search.from.length === 0) return coldStart;
  const file = join(folder, warmStartFile);
  if (existsSync(file)) return parseWith(warmStartSchema, readDocument(file), file, 'RUN_DAMAGED');
  const warmStart = await warmStartFrom(setup, resultsDir);
  saveWarmStart(folder, warmStart);
  return warmStart;
}

/** The successful search trials of a run that this run could have proposed, in order, with their figures on its chip. */
function usable(record: RunRecord, { space, chip, config }: RunSetup): WarmStart['trials'] {
  const admits = admitsOnChip(space, chip, config.limits);
  const full = fullRung(record);
  const trials = record.trials.filter(({ role, metrics, architecture, rung }) => {
    if (role !== 'search' || metrics === null || architecture === null || rung !== full) return false;
    if (architecture.space !== space.name) refuse(record, architecture, space.name);
    space.validate(architecture);
    return space.withinLimits(architecture) && admits(architecture);
  });
  return trials.map(({ rung: _full, ...trial }) => {
    const figures = chipFigures(space.build(trial.architecture!), chipFor(chip, trial.architecture));
    return { ...trial, metrics: { ...trial.metrics!, chip: figures } };
  });
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
 * In what two runs measure differently, apart from their seeds; nothing where their results can stand side by side. What
 * the record of an older program does not hold is taken to be alike. Results of two supernets never are.
 */
async function differences(record: RunRecord, setup: RunSetup): Promise<string[]> {
  const parsed = searchConfigSchema.safeParse(record.config);
  if (!parsed.success) return ['configuration'];
  if (setup.config.evaluation.mode === 'supernet') return ['supernet'];
  const [theirs, ours] = [measurement(parsed.data), measurement(setup.config)];
  const settings = Object.keys(ours).filter((key) => canonicalJson(theirs[key]) !== canonicalJson(ours[key]));
  const { backend, program } = record.environment;
  return [
    ...settings,
    ...(settings.includes('images') || (await sameImages(record, parsed.data.seed, setup)) ? [] : ['images']),
    ...(backend === undefined || backend === setup.backend ? [] : [`backend ${backend}`]),
    ...(program === undefined || program === programFingerprint() ? [] : ['build of the program or processor']),
  ];
}

/** The seed draws which images are seen: where seeds differ, this run's images as the other seed would have drawn them count. */
async function sameImages({ environment }: RunRecord, seed: number, { config, task }: RunSetup): Promise<boolean> {
  const { images } = environment;
  if (images === undefined) return true;
  if (seed === config.seed) return images === task.fingerprint;
  return images === (await loadTask({ ...config.task, seed })).fingerprint;
}

function measurement({ task, crossbar, training, evaluation }: SearchConfig): Readonly<Record<string, unknown>> {
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
