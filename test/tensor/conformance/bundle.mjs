// Bundles run.mjs with tfjs-core's own sources and tests, so that tests, core and our backend share one engine.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const core = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json'));

function opTests() {
  const files = readdirSync(join(core, 'dist/ops'), { recursive: true }).filter((file) => file.endsWith('_test.js'));
  return files.sort().map((file) => `import ${JSON.stringify(join(core, 'dist/ops', file))};`);
}

/** Writes the bundle below the project's root, where the addon's loader finds the build; returns its path. */
export async function bundle() {
  const outfile = join(root, 'node_modules/.cache/conformance/run.mjs');
  await build({
    entryPoints: [join(here, 'run.mjs')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // tfjs' packages declare files free of side effects that register things
    ignoreAnnotations: true,
    mainFields: ['module', 'main'],
    logLevel: 'error',
    external: ['node-gyp-build'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
    alias: { '@tensorflow/tfjs-layers': join(core, 'dist/register_all_gradients.js') },
    plugins: [
      {
        name: 'all-op-tests',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^all-op-tests$/ }, () => ({ path: 'all-op-tests', namespace: 'generated' }));
          onLoad({ filter: /.*/, namespace: 'generated' }, () => ({
            contents: opTests().join('\n'),
            resolveDir: root,
          }));
        },
      },
    ],
  });
  return outfile;
}
