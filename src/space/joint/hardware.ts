import type { Phases } from '../../chip/index.js';
import type { Architecture } from '../search-space.js';

/** Crossbar settings that an architecture of a joint space brings along. */
export interface HardwareChoice {
  /** Rows and columns of a tile. */
  readonly tile: number;
  /** Bits of the input and of the output converters. */
  readonly dacBits: number;
  readonly adcBits: number;
  readonly phases: Phases;
}

/** Names of the genes that choose crossbar settings, in order. */
export const hardwareGenes = ['tile', 'dacBits', 'adcBits', 'phases'] as const satisfies (keyof HardwareChoice)[];

/** The crossbar settings that an architecture chooses; null where its space leaves them to the configuration. */
export function hardwareOf({ params }: Architecture): HardwareChoice | null {
  const { tile, dacBits, adcBits, phases } = params;
  if (tile === undefined || dacBits === undefined || adcBits === undefined || phases === undefined) return null;
  return { tile, dacBits, adcBits, phases: phases as Phases };
}
