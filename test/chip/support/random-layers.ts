import fc from 'fast-check';
import type { Chip, MatrixLayer } from '../../../src/chip/index.js';
import { loadChip } from '../../../src/chip/index.js';

/** A chain of layers of any size that a small chip has to cut. */
export const randomLayers = fc
  .array(
    fc.record({
      rows: fc.integer({ min: 1, max: 90 }),
      cols: fc.integer({ min: 1, max: 70 }),
      positions: fc.integer({ min: 1, max: 40 }),
      groups: fc.constantFrom(1, 1, 2, 3),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((drawn) =>
    drawn.map(({ rows, cols, groups, ...layer }) => ({ ...layer, groups, rows: rows * groups, cols: cols * groups })),
  )
  .map((layers): MatrixLayer[] =>
    layers.map((layer, i) => ({
      ...layer,
      id: `layer${i}`,
      op: 'conv2d',
      weights: (layer.rows * layer.cols) / layer.groups,
      macs: (layer.rows * layer.cols * layer.positions) / layer.groups,
      sources: () =>
        i === 0 ? [] : [{ from: `layer${i - 1}`, needs: wholeSource(layer.positions, layers[i - 1]!.positions) }],
      reads: i === 0 ? [] : [{ from: `layer${i - 1}`, values: layers[i - 1]!.cols * layers[i - 1]!.positions }],
      digital: false,
    })),
  );

function wholeSource(vectors: number, sourceVectors: number): number[] {
  return new Array<number>(vectors).fill(sourceVectors);
}

/** Chips with few and small cores, so that everything has to be cut and something does not fit. */
export const randomChips = fc
  .record({
    cores: fc.integer({ min: 1, max: 24 }),
    rows: fc.integer({ min: 8, max: 40 }),
    columns: fc.integer({ min: 8, max: 40 }),
  })
  .map(({ cores, rows, columns }): Chip => {
    const chip = loadChip('hermes-64');
    const whole = (value: number) => ({ value, source: 'estimate', assumed: false });
    return { ...chip, cores: whole(cores), rows: whole(rows), columns: whole(columns) };
  });
