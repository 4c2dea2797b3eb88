import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kirchhoffHere } from './run-here.js';
import { greyFolder, middle, signNetwork } from './support/grey-images.js';

it('the picture of a sweep is an SVG of its own, whatever the network is called', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-sweep-picture-'));
  const model = signNetwork(dir, "a<img>&é'b.onnx");
  const data = ['--data', `cifar10:${greyFolder(dir)}`, '--mean', `${middle},${middle},${middle}`];
  const { status, stderr } = await kirchhoffHere(
    ...['sweep', '--model', model, ...data, '--std', '0.25,0.25,0.25', '--crossbar', 'ideal', '--repeats', '1'],
    ...['--param', 'forward.inpRes=6', '--to', join(dir, 'to')],
  );
  expect(status, stderr).toBe(0);
  const picture = readFileSync(join(dir, 'to', 'sweep.svg'), 'utf8');
  expect(picture).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" aria-label="[^"<]*a&#60;img&#62;&#38;é&#39;b/,
  );
});
