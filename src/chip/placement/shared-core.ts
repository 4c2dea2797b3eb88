import type { Chip } from '../description.js';
import type { Block } from '../mapping.js';
import { FreeArea } from './free-area.js';
import { placeBlock, type UnplacedBlock } from './unplaced-block.js';

/**
 * A core that may hold several blocks. Their products run one after another, so a core never takes two blocks of the
 * same layer: those of one copy belong to the same vector and would double its time, and copies that take turns in one
 * core gain none.
 */
export class SharedCore {
  /** Products of one inference that this core computes. */
  load = 0;
  readonly #area: FreeArea;
  readonly #layers = new Set<string>();

  constructor(
    readonly number: number,
    chip: Chip,
  ) {
    this.#area = new FreeArea(chip.rows.value, chip.columns.value);
  }

  /** Takes the block if it may and can. */
  take(block: UnplacedBlock): Block | undefined {
    if (this.#layers.has(block.layer)) return undefined;
    const cell = this.#area.take(block.rows, block.cols);
    if (cell === undefined) return undefined;
    this.#layers.add(block.layer);
    this.load += block.load;
    return placeBlock(block, this.number, cell);
  }
}
