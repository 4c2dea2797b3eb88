import type { CrossbarConfig } from './crossbar-config.js';
import type { IoParameters } from './io-parameters.js';
import { applyRules, resolvesTime, type SettingRule } from './setting-rules.js';

/** DAC steps over the range of an input within [-1, 1]. */
function stepsOf({ inpRes }: IoParameters): number {
  return inpRes > 1 ? inpRes : 1 / inpRes;
}

/** Bits of the inputs, sign included: m where the DAC has 2^m - 2 steps. A resolution may be rounded to a few digits. */
function bitsOf(io: IoParameters): number | undefined {
  const steps = stepsOf(io);
  const bits = Math.round(Math.log2(steps + 2));
  return Math.abs(2 ** bits - 2 - steps) < 1e-5 * steps ? bits : undefined;
}

const cutsBits = ({ mvType }: IoParameters) => mvType === 'SplitMode' || mvType === 'BitWise';

/** Time steps, at full resolution, of the shortest pass whose steps `irDropTimeStepResolutionScale` scales. */
function fewestSteps(io: IoParameters): number {
  if (io.mvType === 'BitWise') return Number.POSITIVE_INFINITY;
  if (io.mvType !== 'SplitMode') return (io.inpBound * stepsOf(io) + 2) / 2;
  return Math.min(2 ** io.splitModeBitShift, 2 ** (bitsOf(io)! - io.splitModeBitShift - 1));
}

const withoutPairs = ['SingleDeviceConductanceConverter', 'FusionConductanceConverter'];

/** What the tile needs to compute a product that is not perfect, in an order in which each rule may rely on those before. */
const productRules: readonly SettingRule[] = [
  ['forward.inpRes', ({ forward }) => forward.inpRes <= 0, 'a DAC step above 0: pulse widths are counted in steps'],
  ['forward.inpBound', ({ forward }) => forward.inpBound <= 0, 'a bound above 0: it is the longest pulse'],
  [
    'forward.inpRes',
    ({ forward }) => cutsBits(forward) && bitsOf(forward) === undefined,
    '1 / (2^m - 2) or 2^m - 2 with SplitMode and BitWise, for example 126 or 254',
  ],
  [
    'forward.splitModeBitShift',
    ({ forward }) => forward.mvType === 'SplitMode' && forward.splitModeBitShift >= bitsOf(forward)!,
    'fewer bits than the inputs have: less than m, where 1/inpRes = 2^m - 2',
  ],
  [
    'forward.irDropTimeStepResolutionScale',
    ({ forward }) => fewestSteps(forward) * forward.irDropTimeStepResolutionScale < 1,
    'a scale that leaves every pass a time step',
  ],
  [
    'noiseModel.gConverter.class',
    ({ forward, noiseModel }) => forward.irDrop > 0 && withoutPairs.includes(noiseModel.gConverter.class),
    'a converter to pairs of conductances, or irDrop 0',
  ],
];

/** Settings with which the products of the tile that resolves time would fail or not be numbers (analog-inference reference, 2.7). */
export const timeResolvedRules: readonly SettingRule[] = productRules.map(([path, violated, accepted]) => [
  path,
  (config) => resolvesTime(config) && !config.forward.isPerfect && violated(config),
  accepted,
]);

/**
 * Refuses settings with which the tile that resolves time would not give numbers; other tiles pass.
 * @throws CROSSBAR_UNSUPPORTED naming the setting and what is accepted
 */
export function checkTimeResolved(config: CrossbarConfig, source: string): void {
  applyRules(timeResolvedRules, config, source);
}
