import { z } from 'zod';
import { fail, parseWith } from '../config/index.js';
import { analogNasFamily } from './analognas/family.js';
import { analogNasSchema } from './analognas/schema.js';
import type { GeneFamily } from './gene-family.js';
import { jointFamily } from './joint/family.js';
import { hardwareGenes } from './joint/hardware.js';
import { type JointDefinition, jointSchema } from './joint/schema.js';
import { nasBench201Family } from './nasbench201/family.js';
import { nasBench201Schema } from './nasbench201/schema.js';
import type { SpaceLimits } from './search-space.js';

/** A space file, read: its name, its limits, and what it generates. */
export interface SpaceContent {
  readonly name: string;
  readonly limits: SpaceLimits;
  readonly family: GeneFamily;
  /** The file's content, with all that it names in other files. */
  readonly definition: unknown;
}

/** How the file of each kind of space is read, by the `family` that it names. */
const readers: Readonly<
  Record<string, (document: unknown, file: string, side: number | undefined, other: ReadOther) => SpaceContent>
> = {
  'analognas-resnet': (document, file, side) => {
    const definition = resized(parseWith(analogNasSchema, document, file, 'SPACE_INVALID'), side);
    return {
      name: definition.name,
      limits: definition.limits,
      family: analogNasFamily(definition),
      definition: document,
    };
  },
  nasbench201: (document, file, side) => {
    const definition = resized(parseWith(nasBench201Schema, document, file, 'SPACE_INVALID'), side);
    return {
      name: definition.name,
      limits: definition.limits,
      family: nasBench201Family(definition),
      definition: document,
    };
  },
  joint: (document, file, _side, other) => {
    const definition = parseWith(jointSchema, document, file, 'SPACE_INVALID');
    const inner = other(definition.architectures);
    refuseHardware(inner, file);
    return {
      name: definition.name,
      limits: inner.limits,
      family: jointFamily(inner.family, definition),
      definition: { ...(document as object), architectures: inner.definition },
    };
  },
};

/** Reads the content of another space: by its name, its file, or its description itself. */
export type ReadOther = (space: JointDefinition['architectures']) => SpaceContent;

const familySchema = z.looseObject({ family: z.enum(Object.keys(readers) as [string, ...string[]]) });

/**
 * Reads the content of a space file.
 *
 * @param side height and width of the images that networks are built for; those of the file if absent
 * @throws SPACE_INVALID naming the wrong key or value
 */
export function readSpace(document: unknown, file: string, side: number | undefined, other: ReadOther): SpaceContent {
  const { family } = parseWith(familySchema, document, file, 'SPACE_INVALID');
  return readers[family]!(document, file, side, other);
}

/** Refuses a joint space as the space of a joint space's architectures. */
function refuseHardware({ name, family }: SpaceContent, file: string): void {
  if (!hardwareGenes.some((gene) => family.geneNames.includes(gene))) return;
  fail('SPACE_INVALID', 'The architectures of a joint space come from another joint space.', {
    source: file,
    path: 'architectures',
    found: name,
    accepted: 'a space of architectures alone',
  });
}

/** The same task with square images of another size. */
function resized<T extends { readonly task: { readonly inputShape: readonly [number, number, number] } }>(
  definition: T,
  side: number | undefined,
): T {
  if (side === undefined) return definition;
  const { task } = definition;
  return { ...definition, task: { ...task, inputShape: [side, side, task.inputShape[2]] } };
}
