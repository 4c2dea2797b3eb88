import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { fail } from '../../config/index.js';
import { writeFileAtomic } from '../../store/index.js';
import { SharedWeights } from './shared-weights.js';

const headerSchema = z.strictObject({
  format: z.literal(1),
  /** Hash of everything that the training depends on. */
  inputs: z.string(),
  /** Epochs done, of both kinds. */
  epochs: z.int().min(0),
  /** Largest magnitude of the kernels during the epochs with noise. */
  bounds: z.record(z.string(), z.number()),
  tensors: z.array(z.strictObject({ name: z.string(), shape: z.array(z.int().min(1)) })),
  /** Whether the momentum of the optimiser follows each tensor: it does while the training goes on. */
  velocities: z.boolean(),
  /** SHA-256 of the values. */
  sha256: z.string(),
});

/** A supernet at the end of an epoch. */
export interface SupernetState {
  readonly inputs: string;
  readonly epochs: number;
  readonly bounds: Readonly<Record<string, number>>;
  readonly shared: SharedWeights;
  /** Hash of the values. */
  readonly sha256: string;
}

/** Writes a supernet as one file: length of the header, header in JSON, values as 32-bit floats. Replaced as a whole. */
export function writeSupernet(
  file: string,
  { inputs, epochs, bounds, shared }: Omit<SupernetState, 'sha256'>,
  velocities: boolean,
): string {
  const entries = [...shared.tensors];
  const arrays = entries.flatMap(([, { data, velocity }]) => (velocities ? [data, velocity] : [data]));
  const values = Buffer.concat(arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)));
  const sha256 = createHash('sha256').update(values).digest('hex');
  const tensors = entries.map(([name, { shape }]) => ({ name, shape: [...shape] }));
  const header = Buffer.from(JSON.stringify({ format: 1, inputs, epochs, bounds, tensors, velocities, sha256 }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  writeFileAtomic(file, Buffer.concat([length, header, values]));
  return sha256;
}

/** Reads a supernet. @throws RUN_DAMAGED when the file is cut short or its values have changed */
export function readSupernet(file: string): SupernetState {
  const bytes = readFileSync(file);
  const { inputs, epochs, bounds, tensors, velocities, sha256 } = readHeader(bytes, file);
  const start = 4 + bytes.readUInt32LE(0);
  const values = bytes.subarray(start);
  if (createHash('sha256').update(values).digest('hex') !== sha256) refuse(file, 'values that are not those written');
  const floats = new Float32Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  let at = 0;
  const take = (count: number): Float32Array => {
    at += count;
    return floats.slice(at - count, at);
  };
  const shared = new Map(
    tensors.map(({ name, shape }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const data = take(size);
      return [name, { shape, data, velocity: velocities ? take(size) : new Float32Array(size) }];
    }),
  );
  return { inputs, epochs, bounds, shared: new SharedWeights(shared), sha256 };
}

function readHeader(bytes: Buffer, file: string): z.output<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(bytes.toString('utf8', 4, 4 + bytes.readUInt32LE(0))));
  } catch (error) {
    return refuse(file, 'a header that cannot be read', error);
  }
}

function refuse(file: string, found: string, cause?: unknown): never {
  return fail(
    'RUN_DAMAGED',
    'The supernet of this run is damaged.',
    { source: file, found, accepted: 'the file that a search writes', hint: 'delete it: it is then trained again' },
    cause,
  );
}
