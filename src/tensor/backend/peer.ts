import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Imports an optional package: one installed beside this one, or in the folder where the program was started. Throws an
 * Error saying that it is not installed, or why it does not load.
 */
export async function importPeer(name: string): Promise<Record<string, unknown>> {
  const path = locate(name);
  if (path === undefined) throw new Error(`the package ${name} is not installed`);
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new Error(`the package ${name} does not load: ${reason}`, { cause: error });
  }
}

/** The file that an optional package starts with, or undefined where it is not installed. */
export function locate(name: string): string | undefined {
  for (const base of [import.meta.url, pathToFileURL(`${process.cwd()}/`).href]) {
    try {
      return createRequire(base).resolve(name);
    } catch {
      // not here: try the next place
    }
  }
  return undefined;
}
