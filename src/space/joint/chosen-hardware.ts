import { type Chip, readMode } from '../../chip/index.js';
import type { CrossbarConfig } from '../../crossbar/index.js';
import type { Architecture } from '../search-space.js';
import { type HardwareChoice, hardwareOf } from './hardware.js';

/** Bits of the converters that the chips' published figures are for. */
const publishedBits = 8;

/** What must be said beside results of a joint space. */
export const hardwareNote =
  'Time and energy of other tiles and converters are scaled from the published 8-bit figures of the chip, which is an assumption: a product takes 2^(bits - 8) times as long, by the finer converter, and its energy also goes with the columns of the tile.';

/** The crossbars that an architecture runs on: those of the configuration, changed by what the architecture chooses. */
export function crossbarFor(crossbar: CrossbarConfig, architecture: Architecture | null): CrossbarConfig {
  const choice = architecture === null ? null : hardwareOf(architecture);
  if (choice === null) return crossbar;
  const { tile, dacBits, adcBits, phases } = choice;
  return {
    ...crossbar,
    forward: {
      ...crossbar.forward,
      inpRes: 2 ** dacBits - 2,
      outRes: 2 ** adcBits - 2,
      mvType: phases === 4 ? 'FourPhase' : 'OnePass',
    },
    mapping: { ...crossbar.mapping, maxInputSize: tile, maxOutputSize: tile },
  };
}

/** The chip whose cores an architecture chooses, see {@link chipWith}. */
export function chipFor(chip: Chip, architecture: Architecture | null): Chip {
  const choice = architecture === null ? null : hardwareOf(architecture);
  return choice === null ? chip : chipWith(chip, choice);
}

/** The chip with chosen cores. Its only read mode is the chosen one, so that figures are taken in it. */
export function chipWith(chip: Chip, choice: HardwareChoice): Chip {
  const { tile } = choice;
  const mode = readMode(chip, choice.phases);
  const longer = 2 ** (finest(choice) - publishedBits);
  const { peakOpsPerSecond: _speed, peakOpsPerJoule: _efficiency, ...known } = mode;
  return {
    ...chip,
    name: `${chip.name} with ${tile} x ${tile} cores`,
    rows: { ...chip.rows, value: tile, assumed: true },
    columns: { ...chip.columns, value: tile, assumed: true },
    readModes: [
      {
        ...known,
        mvmSeconds: { ...mode.mvmSeconds, value: mode.mvmSeconds.value * longer, assumed: true },
        mvmJoules: {
          ...mode.mvmJoules,
          value: (mode.mvmJoules.value * longer * tile) / chip.columns.value,
          assumed: true,
        },
      },
    ],
  };
}

function finest({ dacBits, adcBits }: HardwareChoice): number {
  return Math.max(dacBits, adcBits);
}
