import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The rooms whose code can change what a trial measures. */
const rooms = ['chip', 'config', 'crossbar', 'data', 'devices', 'evaluate', 'nn', 'tensor', 'training'];

let known: string | undefined;

/**
 * Stands for this program in the keys of cached results: its version, the compiled code of every room that takes part
 * in a trial, the native addon, and the processor, whose vector instructions (or those that `KIRCHHOFF_ISA` names) decide
 * over the last bits. Any change of them makes earlier results count as another program's.
 */
export function programFingerprint(): string {
  known ??= computeFingerprint();
  return known;
}

/** The version in package.json. */
export function programVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}

function computeFingerprint(): string {
  const hash = createHash('sha256');
  hash.update(`${programVersion()} ${platform()} ${arch()} ${cpus()[0]?.model ?? ''} ${process.versions.node}`);
  hash.update(process.env.KIRCHHOFF_ISA ?? '');
  const folders = [...rooms.map((room) => join('dist', room)), join('build', 'Release'), 'prebuilds'];
  for (const file of folders.flatMap(filesIn).sort()) {
    hash.update(`\n${file}\n`).update(readFileSync(join(packageRoot, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Compiled files below a folder of the package, as paths relative to the package. */
function filesIn(folder: string): string[] {
  if (!existsSync(join(packageRoot, folder))) return [];
  return readdirSync(join(packageRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|node)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(packageRoot.length));
}
