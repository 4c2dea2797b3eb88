import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cifar10Archive, type DownloadProgress, downloadCifar10, loadTask } from '../../../src/data/index.js';
import { inFolder, records, smallArchive, smallFiles } from './fixtures.js';

/** Runs `body` against a local server. */
async function withServer(
  listener: RequestListener,
  body: (url: string, folder: string) => Promise<void>,
): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  try {
    await inFolder((folder) => body(`http://127.0.0.1:${port}/cifar.tar.gz`, folder));
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

const archive = smallArchive();
const serveArchive: RequestListener = (_request, response) => {
  response.setHeader('content-length', archive.bytes.length);
  response.end(archive.bytes);
};

describe('downloadCifar10', () => {
  it('knows the official archive', () => {
    expect(cifar10Archive).toEqual({
      url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
      md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    });
  });

  it('fetches, checks and unpacks an archive that can then be loaded', async () => {
    await withServer(serveArchive, async (url, folder) => {
      const target = join(folder, 'data', 'cifar10');
      const seen: DownloadProgress[] = [];
      const names = await downloadCifar10(target, { url, md5: archive.md5, onProgress: (one) => seen.push(one) });
      expect(names).toEqual(Object.keys(smallFiles()).sort());
      expect(await readdir(join(folder, 'data'))).toEqual(['cifar10']);
      expect(seen.at(-1)).toEqual({ received: archive.bytes.length, total: archive.bytes.length });
      const data = await loadTask({ name: 'cifar10', data: target, seed: 1 });
      expect(data.train.count + data.validation.count).toBe(100);
    });
  });

  it('uses an empty folder that is already there, and refuses one that is not empty', async () => {
    await withServer(serveArchive, async (url, folder) => {
      const target = join(folder, 'empty');
      await mkdir(target);
      await downloadCifar10(target, { url, md5: archive.md5 });
      expect(await readdir(target)).toContain('test_batch.bin');
      await expect(downloadCifar10(target, { url, md5: archive.md5 })).rejects.toMatchObject({
        code: 'RESULTS_UNWRITABLE',
        message: expect.stringContaining('The target folder is not empty.'),
      });
    });
  });

  it('removes what killed downloads to the same folder left behind, and nothing else', async () => {
    await withServer(serveArchive, async (url, folder) => {
      for (const name of ['c.partial-a1B2c3', 'c.partial-of-mine', 'other.partial-a1B2c3']) {
        await mkdir(join(folder, name));
        await writeFile(join(folder, name, 'archive.tar.gz'), 'half');
      }
      await downloadCifar10(join(folder, 'c'), { url, md5: archive.md5 });
      expect((await readdir(folder)).sort()).toEqual(['c', 'c.partial-of-mine', 'other.partial-a1B2c3']);
    });
  });

  it('refuses the wrong checksum, and leaves nothing behind', async () => {
    await withServer(serveArchive, async (url, folder) => {
      await expect(downloadCifar10(join(folder, 'cifar10'), { url })).rejects.toThrow(
        `The archive has the wrong checksum.\n  in:       ${url}\n  found:    MD5 ${archive.md5}\n` +
          '  accepted: MD5 c32a1d4ab5d03f1284b67883e8d87530\n',
      );
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it('reports a connection that is cut, and leaves nothing behind', async () => {
    const cut: RequestListener = (_request, response) => {
      response.setHeader('content-length', archive.bytes.length);
      response.write(archive.bytes.subarray(0, 2000), () => response.destroy());
    };
    await withServer(cut, async (url, folder) => {
      await expect(downloadCifar10(join(folder, 'cifar10'), { url, md5: archive.md5 })).rejects.toMatchObject({
        code: 'DOWNLOAD_FAILED',
        exitCode: 1,
        message: expect.stringContaining('The archive did not arrive whole.'),
      });
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it('reports what the server answered instead', async () => {
    const notFound: RequestListener = (_request, response) => response.writeHead(404).end();
    await withServer(notFound, async (url, folder) => {
      await expect(downloadCifar10(join(folder, 'cifar10'), { url })).rejects.toThrow(/found: +HTTP 404 Not Found\n/);
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it('reports a server that is not there', async () => {
    await inFolder(async (folder) => {
      const url = 'http://127.0.0.1:9/cifar.tar.gz';
      await expect(downloadCifar10(join(folder, 'c'), { url })).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it('stops with the reason of an abort, and leaves nothing behind', async () => {
    const endless: RequestListener = (_request, response) => response.write(archive.bytes.subarray(0, 2000));
    await withServer(endless, async (url, folder) => {
      const controller = new AbortController();
      const onProgress = () => controller.abort();
      const running = downloadCifar10(join(folder, 'c'), { url, signal: controller.signal, onProgress });
      await expect(running).rejects.toMatchObject({ name: 'AbortError' });
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it.each([
    [
      'a file cut inside the archive',
      { ...smallFiles(), 'data_batch_1.bin': records(2).subarray(0, 5000) },
      'cut short',
    ],
    ['an archive of something else', { 'notes.txt': 'hello' }, 'lacks files of CIFAR-10'],
  ])('refuses %s even where the checksum fits', async (_name, files, message) => {
    const other = smallArchive(files);
    await withServer(
      (_request, response) => response.end(other.bytes),
      async (url, folder) => {
        await expect(downloadCifar10(join(folder, 'c'), { url, md5: other.md5 })).rejects.toThrow(message);
        expect(await readdir(folder)).toEqual([]);
      },
    );
  });

  it('refuses a target inside a file', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'file'), '');
      await expect(downloadCifar10(join(folder, 'file', 'c'))).rejects.toMatchObject({ code: 'RESULTS_UNWRITABLE' });
    });
  });
});
