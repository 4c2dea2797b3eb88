import type { Genes } from '../gene-family.js';
import type { TileSize } from '../search-space.js';
import { type CellOp, cellGeneNames, cellOps, type LiveEdge, liveEdges, livePaths } from './cell.js';
import { countNasBench201 } from './network.js';
import type { NasBench201Definition } from './schema.js';

/** One value per edge and operation, 1 where the edge has that operation. */
export const cellFeatures: readonly string[] = cellGeneNames.flatMap((gene) => cellOps.map((op) => `${gene}.${op}`));

/** Writes the values of {@link cellFeatures}. */
export function encodeCell(genes: Genes, out: Float32Array): void {
  out.fill(0);
  for (let edge = 0; edge < genes.length; edge++) out[edge * cellOps.length + genes[edge]!] = 1;
}

const liveOps = cellOps.filter((op): op is LiveEdge['op'] => op !== 'zero');

/** What is said of the ways from input to output. */
const pathFeatures = [
  'paths',
  'depth',
  'least3x3OnPath',
  'most3x3OnPath',
  'mostConvsOnPath',
  'leastConvsOnPath',
  'mostPoolsOnPath',
  'leastPoolsOnPath',
  'pureSkipPaths',
  'poolOnlyPaths',
  'pathsWith3x3',
  'pathsWithPool',
  'pathsWithoutPool',
  'paths3x3WithoutPool',
  'paths1x1Only',
  'meanConvsOnPath',
  'meanPoolsOnPath',
  'share3x3BeforePool',
] as const;

/** Operations that a way is told apart by: skips change nothing on it. */
const wayOps = ['conv3x3', 'conv1x1', 'avgPool3x3'] as const;

/**
 * Kinds of ways through a cell: how often each operation occurs on one, in whatever order. Which node an operation
 * stands at is mostly arbitrary, so these say more in fewer numbers than one value per edge and operation: fitted on 400
 * rows of AnalogNAS-Bench, surrogates order by tau 0.798 with them and by 0.790 with edges.
 */
const wayKinds: readonly string[] = kindsOfWays();

/** What a surrogate sees of a cell: how often each operation is in use, the ways through it and their kinds, its cost. */
export const extendedCellFeatures: readonly string[] = [
  ...liveOps.map((op) => `count.${op}`),
  'liveEdges',
  ...pathFeatures,
  ...wayKinds.map((kind) => `share.${kind}`),
  'log2Parameters',
  'log2Macs',
  'log2Cores',
];

/** Writes the values of {@link extendedCellFeatures}. */
export function encodeExtendedCell(
  genes: Genes,
  definition: NasBench201Definition,
  tile: TileSize,
  out: Float32Array,
): void {
  const edges = liveEdges(genes);
  const paths = livePaths(edges);
  out.fill(0);
  let at = 0;
  for (const op of liveOps) out[at++] = edges.filter((edge) => edge.op === op).length;
  out[at++] = edges.length;
  const ways = describePaths(paths);
  for (const feature of pathFeatures) out[at++] = ways[feature];
  for (const path of paths) {
    const kind = at + wayKinds.indexOf(kindOfWay(path));
    out[kind] = out[kind]! + 1 / paths.length;
  }
  at += wayKinds.length;
  const { parameters, macs, cores } = countNasBench201(genes, definition, tile);
  out[at++] = Math.log2(parameters);
  out[at++] = Math.log2(macs);
  out[at++] = Math.log2(cores);
}

/** The operations of a way but its skips, in the order of {@link wayOps}. */
function kindOfWay(path: readonly CellOp[]): string {
  const ops = wayOps.flatMap((op) => path.filter((each) => each === op));
  return ops.length === 0 ? 'skip' : ops.join('+');
}

function kindsOfWays(): string[] {
  const choices: readonly CellOp[] = ['skip', ...wayOps];
  const paths = choices.flatMap((a) => choices.flatMap((b) => choices.map((c) => [a, b, c])));
  return [...new Set(paths.map(kindOfWay))];
}

function describePaths(paths: readonly (readonly CellOp[])[]): Record<(typeof pathFeatures)[number], number> {
  const count = (path: readonly CellOp[], ...ops: CellOp[]) => path.filter((op) => ops.includes(op)).length;
  const of = (...ops: CellOp[]) => paths.map((path) => count(path, ...ops));
  const [convs3, convs, pools] = [of('conv3x3'), of('conv3x3', 'conv1x1'), of('avgPool3x3')];
  const where = (accepts: (path: readonly CellOp[], i: number) => boolean) => paths.filter(accepts).length;
  const most = (values: readonly number[]) => Math.max(0, ...values);
  const least = (values: readonly number[]) => (values.length === 0 ? 0 : Math.min(...values));
  const mean = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    paths: paths.length,
    depth: most(paths.map((path) => path.length)),
    least3x3OnPath: least(convs3),
    most3x3OnPath: most(convs3),
    mostConvsOnPath: most(convs),
    leastConvsOnPath: least(convs),
    mostPoolsOnPath: most(pools),
    leastPoolsOnPath: least(pools),
    pureSkipPaths: where((path) => path.every((op) => op === 'skip')),
    poolOnlyPaths: where((_, i) => convs[i] === 0 && pools[i]! > 0),
    pathsWith3x3: where((_, i) => convs3[i]! > 0),
    pathsWithPool: where((_, i) => pools[i]! > 0),
    pathsWithoutPool: where((_, i) => pools[i] === 0),
    paths3x3WithoutPool: where((_, i) => convs3[i]! > 0 && pools[i] === 0),
    paths1x1Only: where((_, i) => convs[i]! > 0 && convs3[i] === 0),
    meanConvsOnPath: mean(convs),
    meanPoolsOnPath: mean(pools),
    share3x3BeforePool: mean(paths.map((path) => (before(path, 'conv3x3', 'avgPool3x3') ? 1 : 0))),
  };
}

function before(path: readonly CellOp[], first: CellOp, second: CellOp): boolean {
  const at = path.indexOf(first);
  return at >= 0 && path.indexOf(second, at) > at;
}
