import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NativeAddon } from './addon.js';

/** The result of looking for the compiled addon: it, or every place that was tried with the reason it failed there. */
export type NativeLoad =
  | { readonly addon: NativeAddon; readonly path: string }
  | { readonly failures: readonly { readonly path: string; readonly reason: string }[] };

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The places of a binary: a local build, then a prebuilt one as prebuildify names them. */
function candidates(): (() => string)[] {
  return [
    () => require.resolve(`${root}build/Release/kirchhoff.node`),
    () => (require('node-gyp-build') as { resolve(dir: string): string }).resolve(root),
  ];
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

let result: NativeLoad | undefined;

/** Loads the addon once per thread; later calls return the first result. */
export function loadNative(): NativeLoad {
  result ??= tryAll();
  return result;
}

function tryAll(): NativeLoad {
  if (process.env.KIRCHHOFF_NO_NATIVE) {
    return { failures: [{ path: root, reason: 'switched off by KIRCHHOFF_NO_NATIVE' }] };
  }
  const failures: { path: string; reason: string }[] = [];
  for (const locate of candidates()) {
    let path = root;
    try {
      path = locate();
      return { addon: require(path) as NativeAddon, path };
    } catch (error) {
      failures.push({ path, reason: firstLine(error) });
    }
  }
  return { failures };
}
