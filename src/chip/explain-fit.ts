import { mapLayers } from './map-layers.js';
import { capacityOf, type MappedLayer, type Mapping } from './mapping.js';
import { mostChips } from './require-count.js';

/** Why a network fits a chip or not, and what would help. */
export interface FitExplanation {
  readonly fits: boolean;
  /** Cores missing; 0 when it fits. */
  readonly missingCores: number;
  /** The layers with the most cores, at most five. */
  readonly largest: readonly { readonly layer: string; readonly cores: number }[];
  /** Changes that make it fit, in words; empty when it fits. */
  readonly remedies: readonly string[];
}

/** Says by how many cores a mapping misses its chip, which layers take most, and which changes would make it fit. */
export function explainFit(mapping: Mapping): FitExplanation {
  const { cores, layers, fits } = mapping;
  const most = [...layers].sort((a, b) => coresOf(b) - coresOf(a)).slice(0, 5);
  return {
    fits,
    missingCores: fits ? 0 : cores - capacityOf(mapping),
    largest: most.map((layer) => ({ layer: layer.id, cores: coresOf(layer) })),
    remedies: fits ? [] : remedies(mapping),
  };
}

/** Each remedy has been tried: the number of cores is that of the mapping it leads to. */
function remedies(mapping: Mapping): string[] {
  const { network, chip, chips, layers, placement } = mapping;
  const available = capacityOf(mapping);
  const found: string[] = [];
  const tryOut = (words: string, changed: Mapping['layers'], policy: Mapping['placement']) => {
    const { cores } = mapLayers(network, changed, chip, policy, new Map(), { chips, reprogram: false });
    if (cores <= available) found.push(`${words}: ${cores} cores`);
  };
  const digital = layers.map((layer) => (layer.op === 'depthwiseConv2d' ? { ...layer, digital: true } : layer));
  const hasDepthwise = layers.some((layer) => layer.op === 'depthwiseConv2d' && !layer.digital);
  if (placement !== 'packed') tryOut('placement "packed"', layers, 'packed');
  if (hasDepthwise) tryOut('depthwise convolutions on the digital units', digital, placement);
  if (hasDepthwise && found.length === 0) {
    tryOut('placement "packed" and depthwise convolutions on the digital units', digital, 'packed');
  }
  const needed = Math.ceil(mapping.cores / chip.cores.value);
  if (needed <= mostChips) found.push(`${needed} chips of this kind`);
  const { rounds } = mapLayers(network, layers, chip, placement, new Map(), { chips, reprogram: true });
  found.push(`writing the ${chips === 1 ? 'chip' : 'chips'} ${rounds} times in every inference`);
  return found;
}

function coresOf({ parts, copies }: MappedLayer): number {
  return parts.length * copies;
}
