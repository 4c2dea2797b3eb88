import type { CrossbarConfig } from '../config/crossbar-config.js';
import { PeripheryQuantiser } from './periphery-quantiser.js';
import { activationQuantiser, type Quantiser } from './quantiser.js';

/** Which parts of a periphery are quantised. */
export interface PeripheryParts {
  readonly scale: boolean;
  readonly bias: boolean;
  readonly output: boolean;
}

/** The quantisers of one tile of `QuantizedTorchInferenceRPUConfig`, or of the sum of an array of them. */
export class QuantisedPeriphery {
  /** Of input range, mapping scale and learned scale, merged. */
  readonly scale: PeripheryQuantiser | undefined;
  readonly bias: PeripheryQuantiser | undefined;
  /** Of the output with its bias. */
  readonly output: Quantiser | undefined;

  private constructor({ actQuantConfig, prePost }: CrossbarConfig, parts: PeripheryParts) {
    this.scale = parts.scale ? PeripheryQuantiser.create(prePost.periphQuant) : undefined;
    this.bias = parts.bias ? PeripheryQuantiser.create(prePost.periphQuant) : undefined;
    this.output = parts.output ? (activationQuantiser(actQuantConfig) ?? undefined) : undefined;
  }

  /** `undefined` for the classes that quantise nothing. */
  static create(config: CrossbarConfig, parts: PeripheryParts): QuantisedPeriphery | undefined {
    return hasQuantisedPeriphery(config) ? new QuantisedPeriphery(config, parts) : undefined;
  }

  /** All quantisers there are. */
  get quantisers(): Quantiser[] {
    return [this.scale?.quantiser, this.bias?.quantiser, this.output].filter((one) => one !== undefined);
  }

  dispose(): void {
    for (const quantiser of this.quantisers) quantiser.dispose();
  }
}

/** Whether scales, biases or outputs of the tiles are quantised. */
export function hasQuantisedPeriphery(config: Pick<CrossbarConfig, 'class'>): boolean {
  return config.class === 'QuantizedTorchInferenceRPUConfig';
}
