import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('typescript/package.json');

/** A module that exports what every function and method of the package returns, without naming a type. */
async function moduleOfResults(): Promise<string> {
  const api: Record<string, unknown> = await import(join(repository, 'dist/index.js'));
  const functions = Object.entries(api).filter(([name, value]) => typeof value === 'function' && name !== 'tf');
  const lines = functions.flatMap(([name, value]) => {
    const { prototype } = value as { prototype?: object };
    const isClass = /^class\b/.test(String(value));
    if (!isClass) return [`export const ${name} = (...a: Parameters<typeof k.${name}>) => k.${name}(...a);`];
    const members = Object.entries(Object.getOwnPropertyDescriptors(prototype ?? {}));
    return members
      .filter(([member]) => member !== 'constructor')
      .map(([member, { value: method }]) =>
        method === undefined
          ? `export const ${name}_${member} = (o: k.${name}) => o.${member};`
          : `export const ${name}_${member} = (o: k.${name}, ...a: Parameters<k.${name}['${member}']>) => o.${member}(...a);`,
      );
  });
  return ["import * as k from 'kirchhoff';", ...lines, ''].join('\n');
}

it('a library that hands on what the package returns can write its declarations', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'declarations-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(repository, join(folder, 'node_modules/kirchhoff'));
    const compilerOptions = {
      ...{ target: 'es2022', module: 'node16', moduleResolution: 'node16', strict: true, declaration: true },
      ...{ skipLibCheck: true, preserveSymlinks: true, types: [], outDir: 'out' },
    };
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['results.ts'] }));
    const source = await moduleOfResults();
    expect(source.split('\n').length).toBeGreaterThan(80);
    writeFileSync(join(folder, 'results.ts'), source);
    const program = join(compiler, '../bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [program, '-p', folder], { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
