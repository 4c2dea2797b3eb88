import { count, driftTime, percent, percentSpread, si, type TextColumn, textTable } from '../report/index.js';
import {
  type FinalMeasurement,
  type FinalRow,
  type FrontMember,
  type FrontReport,
  type Objective,
  objectiveKinds,
  type SearchResult,
} from '../search/index.js';

/** The final table of a run as text, with what must be known beside it. */
export function finalTable({ rows, trials, front, surrogate, notes }: SearchResult): string {
  const times = rows.find((row) => row.measured !== null)?.measured?.analog.map(({ seconds }) => seconds) ?? [];
  const lines = [textTable([nameColumn, digital, ...times.map(driftColumn), ...costColumns], rows)];
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

const costColumns: readonly TextColumn<FinalRow>[] = [
  measured('AVM', (m) => percent(m.avm)),
  measured('params', (m) => count(m.params)),
  measured('MACs', (m) => count(m.macs)),
  measured('cores', (m) => String(m.cores)),
  measured('used', (m) => percent(m.utilisation)),
  measured('fits', (m) => (m.fits ? 'yes' : 'no')),
  measured('latency', (m) => amount(m.latencySeconds, 's')),
  measured('energy', (m) => amount(m.energyJoules, 'J')),
];

function driftColumn(seconds: number): TextColumn<FinalRow> {
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

function objectiveText(name: Objective, value: number): string {
  switch (name) {
    case 'oneDayAccuracy':
    case 'avm':
    case 'spread':
      return percent(value);
    case 'latency':
      return si(value, 's');
    case 'energy':
      return si(value, 'J');
    case 'accuracyOverSpread':
      return value.toFixed(1);
    default:
      return count(value);
  }
}

function amount(value: number | null, unit: string): string {
  return value === null ? '-' : si(value, unit);
}

function surrogateLine({ rows, heldOutKendallTau }: NonNullable<SearchResult['surrogate']>): string {
  const tau = heldOutKendallTau === null ? 'not known yet' : heldOutKendallTau.toFixed(2);
  return `Surrogate fitted on ${rows} trials, held-out Kendall tau ${tau}.`;
}
