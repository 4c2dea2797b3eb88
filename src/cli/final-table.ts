import {
  bindingLimit,
  count,
  describeBinding,
  driftTime,
  objectiveText,
  percent,
  percentSpread,
  si,
  type TextColumn,
  textTable,
} from '../report/index.js';
import {
  type FinalMeasurement,
  type FinalRow,
  type FrontMember,
  type FrontReport,
  objectiveKinds,
  type SearchResult,
} from '../search/index.js';
import type { DriftPoint } from '../store/index.js';

/**
 * The final tables of a run as text, accuracies and costs, with what must be known beside them.
 *
 * @param limits the `limits` of the run's configuration: the cost table names the one that binds
 */
export function finalTable({ rows, trials, front, surrogate, notes }: SearchResult, limits: unknown): string {
  const analog = rows.find((row) => row.measured !== null)?.measured?.analog ?? [];
  const lines = [textTable([nameColumn, digital, ...analog.map(driftColumn), avm], rows)];
  lines.push('', legend(analog));
  lines.push('', textTable([nameColumn, ...costColumns(limits)], rows));
  lines.push('', `${trials.done} search trials done, ${trials.failed} failed.`);
  if (surrogate !== null) lines.push(surrogateLine(surrogate));
  if (front) lines.push('', frontTable(front), '');
  lines.push(...rows.filter(({ reason }) => reason !== null).map(({ name, reason }) => `${name} failed: ${reason}`));
  lines.push(...notes.map((note) => `note: ${note}`));
  return lines.join('\n');
}

const nameColumn: TextColumn<FinalRow> = {
  title: 'network',
  text: ({ role, name }) => (role === 'baseline' ? `${name} (baseline)` : name),
};

const digital = measured('digital', (m) => percent(m.digitalAccuracy));

const avm = measured('AVM', (m) => percent(m.avm));

function costColumns(limits: unknown): TextColumn<FinalRow>[] {
  return [
    measured('params', (m) => count(m.params)),
    measured('MACs', (m) => count(m.macs)),
    measured('cores', (m) => (m.fits ? String(m.cores) : `${m.cores}, too many`)),
    measured('used', (m) => percent(m.utilisation)),
    measured('latency', (m) => amount(m.latencySeconds, 's')),
    measured('energy', (m) => amount(m.energyJoules, 'J')),
    measured('limit that binds', (m) => describeBinding(bindingOf(m, limits))),
  ];
}

function bindingOf(measured: FinalMeasurement, limits: unknown): ReturnType<typeof bindingLimit> {
  return bindingLimit(limits, { avm: measured.avm, parameters: measured.params, macs: measured.macs, chip: measured });
}

/** What the numbers of the first table are. */
function legend(analog: readonly DriftPoint[]): string {
  const programmings = analog[0]?.repeats;
  const spread = programmings === undefined ? '' : `, mean ± spread of ${programmings} programmings`;
  const [first, last] = [analog[0], analog.at(-1)];
  const margin =
    first === undefined || last === undefined
      ? ''
      : `; AVM: lost from ${driftTime(first.seconds)} to ${driftTime(last.seconds)}`;
  return `Test accuracy by time since programming${spread}${margin}.\nDigital: in floating point, before hardware-aware training.`;
}

function driftColumn({ seconds }: DriftPoint): TextColumn<FinalRow> {
  return measured(driftTime(seconds), ({ analog }) => {
    const point = analog.find((each) => each.seconds === seconds);
    return point === undefined ? '-' : percentSpread(point);
  });
}

/** A column of figures; a dash where the trial failed. */
function measured(title: string, text: (measurement: FinalMeasurement) => string): TextColumn<FinalRow> {
  return { title, number: true, text: (row) => (row.measured === null ? '-' : text(row.measured)) };
}

/** The Pareto front with the volume it dominates. Runs of earlier versions have none. */
function frontTable({ objectives, members, hypervolume }: FrontReport): string {
  const table = textTable<FrontMember>(
    [
      { title: 'Pareto front', text: ({ name }) => name },
      { title: 'trial', number: true, text: ({ number }) => String(number) },
      ...objectives.map(
        (name): TextColumn<FrontMember> => ({
          title: objectiveKinds[name].title,
          number: true,
          text: ({ values }) => objectiveText(name, values[name]!),
        }),
      ),
    ],
    members,
  );
  const reference = objectives.map(
    (name) => `${objectiveKinds[name].title} ${objectiveText(name, hypervolume.reference[name]!)}`,
  );
  const share = percent(hypervolume.history.at(-1) ?? 0);
  return `${table}\n\nMeasured on the validation images. Hypervolume ${share} of the box between ${reference.join(', ')} and the ideal.`;
}

function amount(value: number | null, unit: string): string {
  return value === null ? '-' : si(value, unit);
}

function surrogateLine({ rows, heldOutKendallTau }: NonNullable<SearchResult['surrogate']>): string {
  const tau = heldOutKendallTau === null ? 'not known yet' : heldOutKendallTau.toFixed(2);
  return `Surrogate fitted on ${rows} trials, held-out Kendall tau ${tau}.`;
}
