// The package's install script. Kirchhoff works without its native engine, only slower: so nothing here ever fails the
// installation. A prebuilt binary for this platform is used where there is one; otherwise the engine is compiled.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** Whether a binary that this Node can load is there already (a local build, or prebuilds/<platform>-<arch>/). */
function present() {
  try {
    require('node-gyp-build')(root);
    return true;
  } catch {
    return false;
  }
}

/** The command that runs node-gyp: npm's own, else one on the path. */
function nodeGyp() {
  const bundled = process.env.npm_config_node_gyp;
  if (bundled !== undefined && existsSync(bundled)) return [process.execPath, bundled];
  const local = join(root, 'node_modules/.bin/node-gyp');
  return [existsSync(local) ? local : 'node-gyp'];
}

function compile() {
  const [command, ...args] = nodeGyp();
  const result = spawnSync(command, [...args, 'rebuild'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (result.status === 0) return undefined;
  const lines = `${result.error?.message ?? ''}\n${result.stdout ?? ''}\n${result.stderr ?? ''}`.split('\n');
  const telling = [/(?:fatal )?error: /, /gyp ERR! stack Error: /, /not found|ENOENT/];
  const line = telling.map((pattern) => lines.find((one) => pattern.test(one))).find((one) => one !== undefined);
  return line?.replace('gyp ERR! stack Error: ', '').trim() ?? 'node-gyp failed';
}

if (process.env.KIRCHHOFF_SKIP_NATIVE) {
  console.log(
    'kirchhoff: native engine not built (KIRCHHOFF_SKIP_NATIVE is set); TensorFlow.js in WebAssembly serves instead.',
  );
} else if (!present()) {
  const reason = compile();
  if (reason !== undefined) {
    console.log(
      `kirchhoff: native engine not built (${reason}); TensorFlow.js in WebAssembly serves instead, several times slower. ` +
        'With a C++17 compiler and Python 3 installed, "npm run build:native" builds it.',
    );
  }
}
