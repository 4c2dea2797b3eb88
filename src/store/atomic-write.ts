import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The ending of files that a write in progress uses; whatever a killed process left under it is rubbish. */
export const temporaryEnding = '.tmp';

let writes = 0;

/**
 * Replaces a file as a whole: at every moment, also after a kill or a power cut, the name holds either the old
 * content or the new one. The content goes to a temporary file beside it, is flushed to the disk, and takes the name.
 */
export function writeFileAtomic(file: string, content: string | Uint8Array): void {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.${writes++}${temporaryEnding}`);
  try {
    writeThrough(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  flushFolder(dirname(file));
}

function writeThrough(file: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const descriptor = openSync(file, 'w');
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the new name itself durable. Not every file system lets a folder be flushed; the content is safe without. */
function flushFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // a file system without folder handles
  }
}
