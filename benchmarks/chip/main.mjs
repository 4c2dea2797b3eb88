// npm run bench -- chip [--json]: time of mapping and cost, of the closed forms, and the event simulator against the closed
// form on every baseline. Times are processor time, the median of many calls.
import { parseArgs } from 'node:util';
import { chipCost, coreCount, loadChip, mapNetwork, networkLayers, simulateChip } from '../../dist/chip/index.js';
import { baselineGraph, countNetwork } from '../../dist/nn/index.js';
import { textTable } from '../../dist/report/index.js';
import { loadSpace } from '../../dist/space/index.js';
import { createRng } from '../../dist/tensor/index.js';

const hermes = loadChip('hermes-64');

/** Runs the suite. */
export async function main(args) {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } });
  const report = { mapping: measureMapping(), closedForm: measureClosedForm(), simulator: compareSimulator() };
  console.log(values.json ? JSON.stringify(report, null, 2) : describe(report));
}

/** Mapping and cost of networks, from the graph to every figure, in ms. */
function measureMapping() {
  const space = loadSpace('analognas-cifar10').withLimits({ params: 1_100_000 });
  const rng = createRng(1, 'bench');
  let found = space.sample(rng);
  while (space.counts(found).parameters < 1_000_000) found = space.sample(rng);
  const graphs = [space.build(found), ...['resnet56', 'mobilenet-v2', 'wrn-16-4'].map((name) => baselineGraph(name))];
  return graphs.flatMap((graph) =>
    ['onePerCore', 'packed', 'balanced'].map((placement) => ({
      network: graph.name,
      parameters: countNetwork(graph).parameters,
      placement,
      milliseconds: median(40, () => chipCost(mapNetwork(graph, hermes, { placement }))),
    })),
  );
}

/** Architectures per second whose parameters, MACs, cores and reads are counted without building anything. */
function measureClosedForm() {
  const rng = createRng(2, 'bench');
  const spaces = ['analognas-cifar10', 'analognas-kws', 'resnet-tiny'].map((name) => {
    const space = loadSpace(name).withLimits({ params: 1_000_000 });
    const architectures = Array.from({ length: 2_000 }, () => space.sample(rng));
    let cores = 0;
    const milliseconds = median(15, () => {
      for (const architecture of architectures) cores += space.counts(architecture).cores;
    });
    if (!(cores > 0)) throw new Error('nothing was counted');
    return { what: `counts of ${name}`, perSecond: (1000 * architectures.length) / milliseconds };
  });
  const layers = networkLayers(baselineGraph('resnet32'));
  const milliseconds = median(15, () => {
    for (let i = 0; i < 2_000; i++) coreCount(layers, hermes);
  });
  return [...spaces, { what: 'cores of the layers of ResNet-32', perSecond: 2_000_000 / milliseconds }];
}

/** Interval and sequential latency of the event simulator over those of the closed form. */
function compareSimulator() {
  const names = ['resnet8', 'ds-cnn', 'mobilenet-v1-0.25', 'autoencoder', 'resnet20', 'resnet32', 'resnet56'];
  return names.flatMap((network) =>
    [false, true].map((assumed) => {
      const mapping = mapNetwork(baselineGraph(network), hermes);
      const cost = assumed ? chipCost(mapping).withAssumed : chipCost(mapping);
      const stream = simulateChip(mapping, { inferences: 6, assumed });
      const alone = simulateChip(mapping, { inferences: 1, assumed, order: 'sequential' });
      return {
        network,
        assumed,
        interval: stream.intervalSeconds / cost.intervalSeconds,
        latency: alone.latencySeconds / cost.latencySeconds,
      };
    }),
  );
}

/** Median processor time of a call in ms, after some calls that warm it up: other programs on the machine do not count. */
function median(times, call) {
  for (let i = 0; i < 10; i++) call();
  const all = Array.from({ length: times }, () => {
    const start = process.cpuUsage();
    call();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return all.sort((a, b) => a - b)[times >> 1];
}

function describe({ mapping, closedForm, simulator }) {
  const number = (title, text) => ({ title, number: true, text });
  const name = (title, key) => ({ title, text: (row) => String(row[key]) });
  return [
    'Mapping and cost, from the graph:',
    textTable(
      [
        name('network', 'network'),
        name('placement', 'placement'),
        number('parameters', (row) => String(row.parameters)),
        number('ms', (row) => row.milliseconds.toFixed(2)),
      ],
      mapping,
    ),
    '',
    'Closed forms:',
    textTable(
      [name('what', 'what'), number('per second', (row) => Math.round(row.perSecond).toLocaleString('en'))],
      closedForm,
    ),
    '',
    'Event simulator over closed form:',
    textTable(
      [
        name('network', 'network'),
        name('assumed parameters', 'assumed'),
        number('interval', (row) => row.interval.toFixed(4)),
        number('latency, layer by layer', (row) => row.latency.toFixed(4)),
      ],
      simulator,
    ),
  ].join('\n');
}
