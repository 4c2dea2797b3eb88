import { z } from 'zod';
import { parseWith } from '../config/index.js';
import { analogNasFamily } from './analognas/family.js';
import { analogNasSchema } from './analognas/schema.js';
import type { GeneFamily } from './gene-family.js';
import { nasBench201Family } from './nasbench201/family.js';
import { nasBench201Schema } from './nasbench201/schema.js';
import type { SpaceLimits } from './search-space.js';

/** A space file, read: its name, its limits, and what it generates. */
export interface SpaceContent {
  readonly name: string;
  readonly limits: SpaceLimits;
  readonly family: GeneFamily;
}

/** How the file of each kind of space is read, by the `family` that it names. */
const readers: Readonly<Record<string, (document: unknown, file: string) => SpaceContent>> = {
  'analognas-resnet': (document, file) => {
    const definition = parseWith(analogNasSchema, document, file, 'SPACE_INVALID');
    return { name: definition.name, limits: definition.limits, family: analogNasFamily(definition) };
  },
  nasbench201: (document, file) => {
    const definition = parseWith(nasBench201Schema, document, file, 'SPACE_INVALID');
    return { name: definition.name, limits: definition.limits, family: nasBench201Family(definition) };
  },
};

const familySchema = z.looseObject({ family: z.enum(Object.keys(readers) as [string, ...string[]]) });

/** Reads the content of a space file. @throws SPACE_INVALID naming the wrong key or value */
export function readSpace(document: unknown, file: string): SpaceContent {
  const { family } = parseWith(familySchema, document, file, 'SPACE_INVALID');
  return readers[family]!(document, file);
}
