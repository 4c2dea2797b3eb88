import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { smallArchive, smallFiles } from '../data/cifar10/fixtures.js';
import { program } from './run-cli.js';

const archive = smallArchive();
let requests = 0;
const server = createServer((_request, response) => {
  requests++;
  response.end(archive.bytes);
});
const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-data-'));
let url = '';

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cifar-10-binary.tar.gz`;
});
afterAll(() => server.close());

async function data(...args: string[]) {
  const child = spawn(process.execPath, [program, 'data', 'cifar10', '--url', url, ...args]);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, stdout, stderr };
}

it('kirchhoff data cifar10 fetches, checks and unpacks', async () => {
  const to = join(folder, 'whole');
  const { status, stdout } = await data('--md5', archive.md5, '--to', to, '--json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ set: 'cifar10', folder: to, files: Object.keys(smallFiles()).sort() });
  expect(readdirSync(to).sort()).toEqual(Object.keys(smallFiles()).sort());
});

it('refuses an archive with the wrong checksum and leaves nothing behind', async () => {
  const to = join(folder, 'wrong');
  const { status, stdout, stderr } = await data('--to', to);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(`found:    MD5 ${archive.md5}`);
  expect(existsSync(to)).toBe(false);
});

it('refuses a checksum or an address that cannot be right before it downloads', async () => {
  const to = join(folder, 'never');
  const before = requests;
  for (const [flag, value, accepted] of [
    ['--md5', 'xyz', '32 hexadecimal digits'],
    ['--md5', archive.md5.slice(1), '32 hexadecimal digits'],
    ['--url', 'ftp://example.org/cifar.tar.gz', 'http:// or https://'],
    ['--url', 'https://', 'http:// or https://'],
  ] as const) {
    const { status, stdout, stderr } = await data('--to', to, flag, value);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`found "${value}", accepted `);
    expect(stderr).toContain(accepted);
  }
  expect(requests).toBe(before);
  expect(existsSync(to)).toBe(false);
});

it('takes a checksum in capital letters', async () => {
  const to = join(folder, 'capitals');
  expect((await data('--md5', archive.md5.toUpperCase(), '--to', to)).status).toBe(0);
});
