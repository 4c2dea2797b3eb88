import type { CrossbarConfig } from '../../crossbar/index.js';
import { type Architecture, hardwareOf } from '../../space/index.js';

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
