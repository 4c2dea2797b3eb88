import { z } from 'zod';

/** A number with the place it comes from. */
const quantity = (value: z.ZodNumber) =>
  z
    .strictObject({
      value: value.describe('the number, in the unit that the key names'),
      source: z.string().describe('key of the list of sources'),
      assumed: z.boolean().default(false).describe('true where no published figure supports the number'),
      note: z.string().optional().describe('how the number follows from its source'),
    })
    .readonly();

const whole = quantity(z.number().int().positive());
const positive = quantity(z.number().positive());
const nonNegative = quantity(z.number().nonnegative());

const readModeSchema = z
  .strictObject({
    phases: z
      .union([z.literal(1), z.literal(4)])
      .describe('1: both input signs against both weight signs in one window; 4: the sign pairs one after another'),
    peakOpsPerSecond: positive.optional().describe('operations (two per multiply-add) per second, all cores busy'),
    peakOpsPerJoule: positive.optional().describe('operations per joule of arrays and converters'),
    mvmSeconds: positive.describe('time of one matrix-vector product of one core'),
    mvmJoules: positive.describe('energy of one matrix-vector product of one full core: array and converters'),
  })
  .readonly();

/** Schema of a chip description, as the files in `chips/` hold it. */
export const chipSchema = z
  .strictObject({
    name: z.string().min(1).describe('what the chip is called in tables'),
    description: z.string().describe('what it is, in a sentence'),
    sources: z.record(z.string(), z.string()).describe('where the numbers come from, by a short key'),
    cores: whole.describe('cores on one chip'),
    rows: whole.describe('rows of one core: the longest input vector'),
    columns: whole.describe('columns of one core: the most outputs'),
    devicesPerWeight: whole.describe('memory devices in one unit cell'),
    clockHertz: positive.describe('clock of the cores; for the record: no figure is computed from it'),
    readModes: z.array(readModeSchema).min(1).readonly(),
    area: z.strictObject({
      coreSquareMillimetres: nonNegative.describe('one core with its converters and local digital unit'),
      sharedSquareMillimetres: nonNegative.describe('links and global units of the whole chip'),
    }),
    digital: z.strictObject({
      vectorSeconds: nonNegative.describe('digital time that each input vector of a layer costs after its product'),
      outputJoules: nonNegative.describe('scale, offset and activation of one output value'),
      addJoules: nonNegative.describe('one addition of partial sums'),
      macSeconds: nonNegative.describe('one multiply-add of a layer that is kept off the arrays'),
      macJoules: nonNegative.describe('energy of one such multiply-add'),
      globalUnits: nonNegative.describe(
        'digital units shared by all cores; for the record: no figure is computed from it',
      ),
    }),
    links: z.strictObject({
      bitsPerSecond: positive.describe('bandwidth of the outgoing link of one core'),
      hopSeconds: nonNegative.describe('delay of one transfer on top of its bits'),
      bitJoules: nonNegative.describe('energy of one bit on a link'),
      activationBits: positive.describe('bits of one activation on a link'),
      partialSumBits: positive.describe('bits of one partial sum on a link'),
    }),
    chipLinks: z
      .strictObject({
        bitsPerSecond: positive.describe('bandwidth of the outgoing link of one chip'),
        hopSeconds: nonNegative.describe('delay of one transfer to another chip on top of its bits'),
        bitJoules: nonNegative.describe('energy of one bit to another chip'),
      })
      .describe('links between chips, where a network is spread over several'),
    programming: z.strictObject({
      iterations: positive.describe('program-and-verify rounds per device'),
      iterationSeconds: nonNegative.describe('one pulse and its verifying read'),
      devicesInParallel: positive.describe('devices of the whole chip that are programmed at the same time'),
      iterationJoules: nonNegative.describe('energy of one pulse on one device'),
    }),
  })
  .readonly()
  .superRefine((chip, context) => {
    for (const { path, quantity } of quantitiesOf(chip)) {
      if (chip.sources[quantity.source] === undefined) {
        context.addIssue({
          code: 'custom',
          path: [...path, 'source'],
          message: `one of the keys of "sources": ${Object.keys(chip.sources).join(', ')}`,
        });
      }
    }
    const phases = chip.readModes.map((mode) => mode.phases);
    if (new Set(phases).size !== phases.length) {
      context.addIssue({ code: 'custom', path: ['readModes'], message: 'one read mode per number of phases' });
    }
  });

/** A chip: cores of `rows` x `columns` cells, read modes, digital units, links; every number carries its source. */
export type Chip = z.output<typeof chipSchema>;

/** A number of a chip description with its source; `assumed` where nothing published supports it. */
export interface Quantity {
  readonly value: number;
  readonly source: string;
  readonly assumed: boolean;
  readonly note?: string | undefined;
}

/** All numbers of a chip with the path at which each stands, in the order of the file. */
export function quantitiesOf(chip: object): { path: (string | number)[]; quantity: Quantity }[] {
  return Object.entries(chip).flatMap(([key, value]) => walk(value, [key]));
}

function walk(node: unknown, path: (string | number)[]): { path: (string | number)[]; quantity: Quantity }[] {
  if (Array.isArray(node)) return node.flatMap((child, index) => walk(child, [...path, index]));
  if (node === null || typeof node !== 'object') return [];
  if ('value' in node && 'source' in node) return [{ path, quantity: node as Quantity }];
  return Object.entries(node).flatMap(([key, child]) => walk(child, [...path, key]));
}

/** The parameters that are assumed, as dotted paths: shown wherever a figure uses them. */
export function assumedParameters(chip: Chip): string[] {
  return quantitiesOf(chip)
    .filter(({ quantity }) => quantity.assumed)
    .map(({ path }) => path.join('.'));
}
