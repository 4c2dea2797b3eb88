import { z } from 'zod';
import type { Padding } from '../../../crossbar/index.js';

/** A whole number of at least one. */
export const positive = z.int().min(1);

/** A pair of whole numbers of at least one: height first. */
export const pair = z.tuple([positive, positive]).readonly();

const sides = z.tuple([z.int().min(0), z.int().min(0)]).readonly();

/** Zero padding of the spatial axes. */
export const padding: z.ZodType<Padding> = z.union([z.enum(['same', 'valid']), z.tuple([sides, sides]).readonly()]);

/** What every node carries: an id that is unique in its graph, and the ids of the nodes it reads. */
export const nodeFields = { id: z.string().min(1), inputs: z.array(z.string()).readonly() };
