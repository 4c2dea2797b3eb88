import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { loadChip } from '../chip/index.js';
import { fail, KirchhoffError, parseWith } from '../config/index.js';
import { loadSpace, type SearchSpace, type TileSize } from '../space/index.js';

/** Images and crossbars that rows are for. */
export interface RowsOrigin {
  /** Height and width of the images. */
  readonly side?: number | undefined;
  /** The chip, by name or the path of its file: its cores are the tiles. */
  readonly chip?: string | undefined;
}

/** What of a collection decides over the features of its rows. */
const originSchema = z.looseObject({
  task: z.looseObject({ side: z.int().min(1).optional() }).optional(),
  chip: z.string().optional(),
});

/**
 * What `surrogate collect` wrote beside rows of how they were made; null where nothing is.
 *
 * @param rows path of the CSV file
 * @throws DATA_INVALID when it is not JSON
 */
export function readCollection(rows: string): Record<string, unknown> | null {
  const file = collectionFile(rows);
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    return fail('DATA_INVALID', 'The description of the rows is not JSON.', {
      source: file,
      found: (error as Error).message,
    });
  }
}

/**
 * The search space of collected rows, with images and tiles as they were evaluated with, so that a surrogate sees the
 * features that a search with the same settings computes.
 *
 * @param space its name, or the path of its file
 * @param rows path of the CSV file; what is not named is taken from the `collection.json` beside it, where there is one, and
 *   is else that of the space's file and 256 x 256 cells
 * @throws SPACE_INVALID, CHIP_INVALID; DATA_INVALID when `collection.json` is none
 */
export function spaceOfRows(space: string, rows: string, named: RowsOrigin = {}): SearchSpace {
  const made = originOf(rows);
  const tile = named.chip === undefined ? collectedTile(made.chip, rows) : tileOf(named.chip);
  return loadSpace(space, tile, named.side ?? made.side);
}

function originOf(rows: string): RowsOrigin {
  const { task, chip } = parseWith(originSchema, readCollection(rows) ?? {}, collectionFile(rows), 'DATA_INVALID');
  return { side: task?.side, chip };
}

function collectedTile(chip: string | undefined, rows: string): TileSize | undefined {
  if (chip === undefined) return undefined;
  try {
    return tileOf(chip);
  } catch (error) {
    if (!(error instanceof KirchhoffError)) throw error;
    return fail(
      error.code,
      'The chip that the rows were made for cannot be read.',
      { source: collectionFile(rows), path: 'chip', found: chip, hint: 'name a chip with cores of that size: --chip' },
      error,
    );
  }
}

function tileOf(chip: string): TileSize {
  const { rows, columns } = loadChip(chip);
  return { rows: rows.value, cols: columns.value };
}

function collectionFile(rows: string): string {
  return join(dirname(rows), 'collection.json');
}
