import { mapLayers } from './map-layers.js';
import type { MappedLayer, Mapping } from './mapping.js';

/** Why a network fits a chip or not, and what would help. */
export interface FitExplanation {
  readonly fits: boolean;
  /** Cores missing; 0 when it fits. */
  readonly missingCores: number;
  /** The layers with the most cores, at most five. */
  readonly largest: readonly { readonly layer: string; readonly cores: number }[];
  /** Changes that make it fit, in words; empty when it fits or nothing here helps. */
  readonly remedies: readonly string[];
}

/** Says by how many cores a mapping misses its chip, which layers take most, and which changes would make it fit. */
export function explainFit(mapping: Mapping): FitExplanation {
  const { chip, cores, layers, fits } = mapping;
  const most = [...layers].sort((a, b) => coresOf(b) - coresOf(a)).slice(0, 5);
  return {
    fits,
    missingCores: Math.max(0, cores - chip.cores.value),
    largest: most.map((layer) => ({ layer: layer.id, cores: coresOf(layer) })),
    remedies: fits ? [] : remedies(mapping),
  };
}

function remedies({ network, chip, layers, cores }: Mapping): string[] {
  const found: string[] = [];
  const packed = mapLayers(network, layers, chip, 'packed').cores;
  if (packed <= chip.cores.value) found.push(`placement "packed": ${packed} cores`);
  const depthwise = layers.filter((layer) => layer.op === 'depthwiseConv2d' && !layer.digital);
  const digital = cores - depthwise.reduce((sum, layer) => sum + coresOf(layer), 0);
  if (depthwise.length > 0 && digital <= chip.cores.value) {
    found.push(`depthwise convolutions on the digital units: ${digital} cores`);
  }
  found.push(`${Math.ceil(cores / chip.cores.value)} chips of this kind`);
  return found;
}

function coresOf({ rowCuts, colCuts, copies, digital }: MappedLayer): number {
  return digital ? 0 : (rowCuts.length - 1) * (colCuts.length - 1) * copies;
}
