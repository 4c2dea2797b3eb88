import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { fail, KirchhoffError, makeFolder } from '../../config/index.js';
import { chooseFiles } from './folder.js';
import { checkRecords } from './records.js';
import { readTar } from './tar.js';

/** The official archive (170,052,171 bytes) and its MD5, both from www.cs.toronto.edu/~kriz/cifar.html. */
export const cifar10Archive = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
} as const;

/** Bytes that have arrived, and bytes that will arrive where the server says so. */
export interface DownloadProgress {
  readonly received: number;
  readonly total: number | undefined;
}

/** Options of {@link downloadCifar10}. */
export interface DownloadOptions {
  /** A mirror of the official archive; it must have the same bytes. */
  readonly url?: string;
  /** MD5 that the archive must have. */
  readonly md5?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/**
 * Downloads CIFAR-10 into a new folder: fetches the archive, checks its MD5, unpacks it, checks every record, and only
 * then gives the folder its name. Whatever goes wrong, nothing half-written is left behind.
 *
 * @param targetDir must not exist yet, or be empty
 * @returns names of the files in `targetDir`
 * @throws DOWNLOAD_FAILED, DATA_INVALID, RESULTS_UNWRITABLE in words for the user; the signal's reason when aborted
 * @example await downloadCifar10('data/cifar10', { onProgress: ({ received }) => console.error(received) })
 */
export async function downloadCifar10(targetDir: string, options: DownloadOptions = {}): Promise<string[]> {
  const target = resolve(targetDir);
  await checkTarget(target);
  const work = await makeWorkFolder(target);
  try {
    const archive = join(work, 'archive.tar.gz');
    await fetchArchive(archive, options);
    const unpacked = join(work, 'unpacked');
    const names = await unpack(archive, unpacked, options.signal);
    await rmdir(target).catch(() => undefined);
    await rename(unpacked, target);
    await sweepAbandoned(target);
    return names;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function checkTarget(target: string): Promise<void> {
  const present = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    return fail('RESULTS_UNWRITABLE', 'The target folder cannot be used.', { source: target, found: error.message });
  });
  if (present.length > 0) {
    fail('RESULTS_UNWRITABLE', 'The target folder is not empty.', {
      source: target,
      found: `${present.length} entries, the first is ${present[0]}`,
      accepted: 'a folder that does not exist yet, or is empty',
      hint: 'name another folder',
    });
  }
}

/** A fresh folder beside the target, on the same disk, so that renaming is one step. */
async function makeWorkFolder(target: string): Promise<string> {
  try {
    makeFolder(dirname(target));
    return await mkdtemp(`${target}.partial-`);
  } catch (cause) {
    return fail('RESULTS_UNWRITABLE', 'The target folder cannot be written.', { source: target, found: String(cause) });
  }
}

/**
 * Removes, as far as it can, the work folders that killed downloads to the same target left behind. One that still goes
 * on loses nothing: the target's name is taken.
 */
async function sweepAbandoned(target: string): Promise<void> {
  const beside = dirname(target);
  const start = `${basename(target)}.partial-`;
  const names = await readdir(beside).catch(() => []);
  const abandoned = names.filter((name) => name.startsWith(start) && name.length === start.length + 6);
  await Promise.allSettled(abandoned.map((name) => rm(join(beside, name), { recursive: true, force: true })));
}

async function fetchArchive(file: string, options: DownloadOptions): Promise<void> {
  const { url = cifar10Archive.url, md5 = cifar10Archive.md5, signal } = options;
  const hash = createHash('md5');
  try {
    const response = await fetch(url, signal === undefined ? {} : { signal });
    if (!response.ok || response.body === null) {
      fail('DOWNLOAD_FAILED', 'The server did not send the archive.', {
        source: url,
        found: `HTTP ${response.status} ${response.statusText}`.trim(),
        accepted: 'HTTP 200',
        hint: 'try again later, or name a mirror',
      });
    }
    const total = Number(response.headers.get('content-length')) || undefined;
    const counter = countBytes((received) => options.onProgress?.({ received, total }), hash);
    await pipeline(Readable.fromWeb(response.body as never), counter, createWriteStream(file));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof KirchhoffError) throw error;
    fail('DOWNLOAD_FAILED', 'The archive did not arrive whole.', {
      source: url,
      found: reasonOf(error),
      hint: 'check the connection and try again; nothing was left behind',
    });
  }
  const found = hash.digest('hex');
  if (found !== md5) {
    fail('DOWNLOAD_FAILED', 'The archive has the wrong checksum.', {
      source: url,
      found: `MD5 ${found}`,
      accepted: `MD5 ${md5}`,
      hint: 'the file at this address is damaged or is another one; nothing was left behind',
    });
  }
}

/** The innermost message: fetch hides the interesting one behind "terminated" or "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? String(error) : reasonOf(cause);
}

function countBytes(onCount: (received: number) => void, hash: ReturnType<typeof createHash>): Transform {
  let received = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      received += chunk.length;
      onCount(received);
      done(null, chunk);
    },
  });
}

/** Unpacks the files of the archive that belong to the data set, checks them and returns their names. */
async function unpack(archive: string, folder: string, signal: AbortSignal | undefined): Promise<string[]> {
  await mkdir(folder);
  const names: string[] = [];
  for await (const { path, data } of readTar(decompressed(archive))) {
    signal?.throwIfAborted();
    const name = basename(path);
    if (!/^(data_batch_\d+|test_batch)\.bin$|^(batches\.meta\.txt|readme\.html)$/.test(name)) continue;
    if (name.endsWith('.bin')) checkRecords(data, `${name} in the archive`);
    await writeFile(join(folder, name), data);
    names.push(name);
  }
  chooseFiles(folder, names, 'batches');
  return names.sort();
}

async function* decompressed(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file).pipe(createGunzip());
  } catch (cause) {
    fail('DATA_INVALID', 'The archive is damaged.', { found: String(cause), accepted: 'a gzip file' }, cause);
  }
}
