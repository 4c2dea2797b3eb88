import { fail } from '../../config/index.js';

/** One layer in a Fusion file. */
export interface FusionLayer {
  readonly name: string;
  /** Place of the layer in the network, from 1. */
  readonly id: number;
  /** AIHWKit's name of its kind. */
  readonly className: string;
  /** Outputs, and inputs of each. */
  readonly height: number;
  readonly width: number;
  /** In uS: tile after tile, each [outputs, inputs] flattened. */
  readonly conductances: readonly number[];
}

const headerNames = ['id', 'class', 'num_weights', 'height', 'width'] as const;

/** AIHWKit's file for the Fusion chip: five rows about the layers, their names, then a row of conductances per layer. */
export function writeFusionCsv(layers: readonly FusionLayer[]): string {
  const header = headerRows(layers).map((row) => `${row.join(',')}\n`);
  const rows = [layers.map(({ name }) => name), ...layers.map(({ conductances }) => conductances)];
  // The header ends lines as Unix does, the rest as Python's csv module: so does AIHWKit.
  return header.join('') + rows.map((row) => `${row.join(',')}\r\n`).join('');
}

/**
 * The conductances of each layer in a file for the Fusion chip.
 *
 * @param expected the layers that it must be about; their conductances are not looked at
 * @throws MODEL_INVALID naming the first row that does not fit
 */
export function readFusionCsv(text: string, expected: readonly FusionLayer[], source: string): number[][] {
  const rows = text.split(/\r?\n/).map((line) => line.split(','));
  const names: readonly string[] = [...headerNames, 'layer names'];
  const wanted = [...headerRows(expected), expected.map(({ name }) => name)];
  for (const [i, row] of wanted.entries()) {
    if (rows[i]?.join() === row.join()) continue;
    fail('MODEL_INVALID', 'The conductances are not those of this network on these tiles.', {
      source,
      path: `row ${i + 1}, ${names[i]}`,
      found: rows[i]?.join(', ') || 'nothing',
      accepted: row.join(', '),
    });
  }
  return expected.map((layer, i) => layerRow(rows[wanted.length + i], layer, wanted.length + i + 1, source));
}

function headerRows(layers: readonly FusionLayer[]): string[][] {
  return [
    layers.map(({ id }) => String(id)),
    layers.map(({ className }) => className),
    layers.map(({ height, width }) => String(height * width)),
    layers.map(({ height }) => String(height)),
    layers.map(({ width }) => String(width)),
  ];
}

function layerRow(
  row: readonly string[] | undefined,
  { name, height, width }: FusionLayer,
  line: number,
  source: string,
): number[] {
  const values = (row ?? []).map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
  const wrong = values.find((value) => !(value >= 0 && Number.isFinite(value)));
  if (values.length === height * width && wrong === undefined) return values;
  return fail('MODEL_INVALID', `The conductances of layer "${name}" are not complete.`, {
    source,
    path: `row ${line}`,
    found: wrong === undefined ? `${values.length} values` : `${values.length} values, one of them no conductance`,
    accepted: `${height * width} numbers >= 0, in uS`,
  });
}
