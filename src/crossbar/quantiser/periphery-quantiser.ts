import type { tf } from '../../tensor/index.js';
import type { PeripheryQuantConfig } from '../config/quantisation.js';
import { peripheryQuantiser, type Quantiser } from './quantiser.js';

/**
 * The quantiser of a tile's digital scales or of its bias. Its range follows them in training; with `learnQuantParams` only
 * for the first batches, and then its step is trained. In inference without a range the first use sets it.
 */
export class PeripheryQuantiser {
  #batches = 0;

  private constructor(
    readonly quantiser: Quantiser,
    readonly config: PeripheryQuantConfig,
  ) {}

  /** `undefined` where the configuration asks for none. */
  static create(config: PeripheryQuantConfig): PeripheryQuantiser | undefined {
    const quantiser = peripheryQuantiser(config);
    return quantiser === null ? undefined : new PeripheryQuantiser(quantiser, config);
  }

  apply<T extends tf.Tensor>(x: T, { train }: { readonly train: boolean }): T {
    const { quantiser } = this;
    if (train) this.#advance();
    else if (!quantiser.isInitialised) {
      quantiser.observe(x);
      quantiser.fix();
    }
    return quantiser.apply(x, { train });
  }

  #advance(): void {
    const { learnQuantParams, initLearningAfter } = this.config;
    if (this.quantiser.state === 'learn') return;
    if (learnQuantParams) this.#batches++;
    if (learnQuantParams && this.#batches > initLearningAfter) this.quantiser.learn();
    else this.quantiser.state = 'estimateTrain';
  }
}
