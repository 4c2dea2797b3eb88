import type { ChipSummary, LimitCheck, LimitReport, Simulation } from '../chip/index.js';
import { count, percent, si, type TextColumn, textTable } from '../report/index.js';

/**
 * A network on a chip as text: the figures that matter, what they rest on, and the layers.
 *
 * @param limits the limits that were asked for, as the flag holds them
 */
export function describeMapping(
  summary: ChipSummary,
  limits: string,
  simulation: Simulation | undefined,
  files: readonly string[],
): string {
  const { network, chip, placement, phases } = summary;
  const facts = [
    ...mainFacts(summary),
    ...assumedFacts(summary),
    ...simulationFacts(summary, simulation),
    ...limitFacts(summary, limits),
  ];
  const width = Math.max(...facts.map(([title]) => title.length));
  return [
    `${network} on ${chip}, placement ${placement}, ${phases}-phase read`,
    '',
    ...facts.map(([title, text]) => `${title.padEnd(width)}  ${text}`),
    ...fitLines(summary),
    '',
    textTable(layerColumns, summary.layers),
    ...(files.length > 0 ? ['', `${files.join(', ')} written`] : []),
  ].join('\n');
}

type Fact = [title: string, text: string];

function mainFacts(summary: ChipSummary): Fact[] {
  const { cores, coresAvailable, chips, rounds, fits, utilisation, parameters, macs } = summary;
  const extent = chips > 1 ? ` on ${chips} chips` : '';
  // where a chip publishes nothing for its read mode
  const basis = summary.parts.some(({ name, assumed }) => name === 'arrays' && assumed) ? ' (assumed)' : '';
  const turns = rounds > 1 ? ` in ${rounds} rounds` : '';
  return [
    ['cores', `${cores} of ${coresAvailable}${extent}${turns}, ${percent(utilisation)} of their cells used`],
    ['fits', fits ? 'yes' : 'no'],
    ['parameters', `${count(parameters)}, ${count(macs)} multiply-adds`],
    ['latency', `${si(summary.latencySeconds, 's')}${basis}`],
    ['interval', `${si(summary.intervalSeconds, 's')} in a stream, limited by ${summary.bottleneck || 'nothing'}`],
    [
      'energy',
      `${si(summary.energyJoules, 'J')}${basis} (at least ${si(summary.energyLowerJoules, 'J')} with unused columns off)`,
    ],
    ['efficiency', `${count(Math.round(summary.inferencesPerJoule))} inferences per second and watt`],
    ['area', `${summary.areaSquareMillimetres.toFixed(1)} mm²${areaRests(summary)}`],
  ];
}

function areaRests({ assumedParameters }: ChipSummary): string {
  const [core, shared] = ['core', 'shared'].map((part) => assumedParameters.includes(`area.${part}SquareMillimetres`));
  if (core) return ' (assumed)';
  return shared ? ' (the part that cores share is assumed)' : '';
}

function assumedFacts({ withAssumed, programming, parts }: ChipSummary): Fact[] {
  const { latencySeconds, intervalSeconds, energyJoules } = withAssumed;
  // whole layers, or writing within each inference: what a reader of the figures above would not expect to miss there
  const only = parts.filter(({ name, seconds }) => ['digital layers', 'rewriting'].includes(name) && seconds > 0);
  return [
    [
      'with assumed',
      `latency ${si(latencySeconds, 's')}, interval ${si(intervalSeconds, 's')}, energy ${si(energyJoules, 'J')}: digital units and links too`,
    ],
    ...only.map(
      ({ name, seconds, joules }): Fact => ['', `only there: ${name}, ${si(seconds, 's')}, ${si(joules, 'J')}`],
    ),
    ['programming', `${si(programming.seconds, 's')}, ${si(programming.joules, 'J')} (assumed)`],
  ];
}

function simulationFacts({ fits, cores }: ChipSummary, simulation: Simulation | undefined): Fact[] {
  if (simulation === undefined) return [];
  const { latencySeconds, intervalSeconds, busiestCore } = simulation;
  const text = `first result after ${si(latencySeconds, 's')}, then every ${si(intervalSeconds, 's')}; busiest core works ${percent(busiestCore)}${fits ? '' : `; as if there were ${cores} cores`}`;
  return [['simulated', text]];
}

function limitFacts({ limits, limitsWithAssumed }: ChipSummary, asked: string): Fact[] {
  if (limits.binding === null) return [];
  const verdict = limits.ok ? `kept; ${describeLimit(limits.binding)} binds` : brokenLimits(limits);
  const facts: Fact[] = [['limits', `${asked}: ${verdict}`]];
  const more = limitsWithAssumed.checks.filter(({ name, share }) => share > 1 && !breaks(limits, name));
  if (more.length > 0)
    facts.push(['', `with assumed parts broken${limits.ok ? '' : ', too'}: ${more.map(describeLimit).join(', ')}`]);
  return facts;
}

function breaks({ checks }: LimitReport, name: LimitCheck['name']): boolean {
  return checks.some((check) => check.name === name && check.share > 1);
}

function brokenLimits({ checks }: LimitReport): string {
  const broken = checks.filter(({ share }) => share > 1);
  return `broken: ${broken.map(describeLimit).join(', ')}`;
}

function describeLimit({ name, value, limit, share }: LimitCheck): string {
  const show = (n: number) => {
    if (name === 'latencySeconds') return si(n, 's');
    return name === 'energyJoules' ? si(n, 'J') : count(n);
  };
  const words = {
    latencySeconds: 'latency',
    energyJoules: 'energy',
    parameters: 'parameters',
    macs: 'MACs',
    cores: 'cores',
  };
  return `${words[name]} ${show(value)} of ${show(limit)} (${percent(share, 0)})`;
}

function fitLines({ fit }: ChipSummary): string[] {
  if (fit.fits) return [];
  const largest = fit.largest.map(({ layer, cores }) => `${layer} (${cores})`).join(', ');
  return [
    '',
    `It misses the chip by ${fit.missingCores} ${fit.missingCores === 1 ? 'core' : 'cores'}. Most are taken by ${largest}.`,
    'What would make it fit:',
    ...fit.remedies.map((remedy) => `  - ${remedy}`),
  ];
}

const layerColumns: readonly TextColumn<ChipSummary['layers'][number]>[] = [
  { title: 'layer', text: ({ id }) => id },
  { title: 'weights', number: true, text: ({ weights }) => count(weights) },
  { title: 'copies', number: true, text: ({ copies }) => String(copies) },
  { title: 'cores', number: true, text: ({ cores }) => String(cores) },
  { title: 'core products', number: true, text: ({ coreMvms }) => count(coreMvms) },
  { title: 'time alone', number: true, text: ({ seconds }) => si(seconds, 's') },
  { title: 'energy', number: true, text: ({ joules }) => si(joules, 'J') },
];
