import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { kirchhoff } from './cli/run-cli.js';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Inside the package, so that `import 'kirchhoff'` means this package. */
const folder = mkdtempSync(join(root, 'results', 'readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settings = ['search.trials=2', 'search.evaluateTop=2', 'task.train=40', 'task.validation=20', 'task.test=20'];
const training = ['training.digital.epochs=1', 'training.digital.warmupEpochs=0', 'training.hwa.epochs=1'];
const evaluation = ['evaluation.repeats=2', 'final.repeats=2', 'final.baseline=null'];

/** The JavaScript blocks of a page, with a real run in place of its placeholder. */
function blocks(page: string, id: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) =>
    code!.replaceAll('results/<run-id>', join(folder, id)),
  );
}

describe('the examples of the documentation', () => {
  const sets = [...settings, ...training, ...evaluation].flatMap((set) => ['--set', set]);
  const { id } = JSON.parse(kirchhoff('search', '--results', folder, '--json', ...sets).stdout) as { id: string };
  const examples = [...blocks('README.md', id), ...blocks('docs/guides/use-a-model.md', id)].filter(
    (code) => !code.includes('net.onnx'),
  );

  it.each(examples.map((code, i) => [i, code] as const))('example %i runs', (i, code) => {
    const images = code.includes('predict(images')
      ? "import { tf } from 'kirchhoff';\nconst images = tf.zeros([2, 32, 32, 3]);\n"
      : '';
    const file = join(folder, `example-${i}.mjs`);
    writeFileSync(file, `${images}${code}`);
    const { status, stderr } = spawnSync(process.execPath, [file], { cwd: root, encoding: 'utf8', timeout: 60_000 });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('name files and folders that exist', () => {
    for (const page of ['README.md', 'CONTRIBUTING.md', 'docs/design.md']) {
      const text = readFileSync(join(root, page), 'utf8');
      const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, target]) => target!);
      for (const target of links)
        expect({ page, target, exists: existsSync(join(root, page, '..', target)) }).toMatchObject({ exists: true });
    }
  });
});
