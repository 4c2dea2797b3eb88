// Prints the C++ sources of a folder, one per line, for binding.gyp.
import { readdirSync } from 'node:fs';

const folder = process.argv[2];
for (const file of readdirSync(folder).sort()) {
  if (file.endsWith('.cc')) console.log(`${folder}/${file}`);
}
