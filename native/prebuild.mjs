// Puts the compiled addon where node-gyp-build looks for a binary of this platform, to be published with the package:
// prebuilds/<platform>-<arch>/kirchhoff.node (Node-API: one binary for all versions of Node). Run after "npm run build:native".
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, 'build/Release/kirchhoff.node');
if (!existsSync(built)) {
  console.error('Nothing is built yet: run "npm run build:native" first.');
  process.exit(2);
}
const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`);
const target = join(folder, 'kirchhoff.node');
mkdirSync(folder, { recursive: true });
copyFileSync(built, target);
// symbols are of no use to users; where there is no strip, the file is only larger
if (process.platform !== 'win32')
  spawnSync('strip', [process.platform === 'darwin' ? '-x' : '--strip-unneeded', target]);
console.log(target);
