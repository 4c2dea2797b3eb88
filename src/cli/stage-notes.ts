import type { TrialStage } from '../evaluate/index.js';
import type { Output } from './output.js';

const words: Readonly<Record<TrialStage, string>> = {
  data: 'loading the images',
  digital: 'digital training',
  hwa: 'hardware-aware training',
  drift: 'programming and drift',
};

/** Tells once when a trial enters a stage, for outputs that cannot redraw a line. */
export class StageNotes {
  readonly #told = new Set<string>();

  /** @param of who is in that stage, as the line begins; may be empty */
  tell(output: Output, of: string, stage: TrialStage): void {
    const line = `${of}${words[stage]}`;
    if (this.#told.has(line)) return;
    this.#told.add(line);
    output.note(line);
  }
}
