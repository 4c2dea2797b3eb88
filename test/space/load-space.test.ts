import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KirchhoffError } from '../../src/config/index.js';
import { countNetwork } from '../../src/nn/index.js';
import { loadSpace, spaceNames } from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';
import { smallDefinition, spaceFile } from './support/spaces.js';

const { genes } = smallDefinition;

/** The message of the refusal, which must be SPACE_INVALID. */
function refusal(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(KirchhoffError);
    expect((error as KirchhoffError).code).toBe('SPACE_INVALID');
    return (error as KirchhoffError).message;
  }
  throw new Error('was accepted');
}

const refusedFile = (content: unknown) => refusal(() => loadSpace(spaceFile(content)));

describe('loadSpace', () => {
  it('loads every shipped space under its own name', () => {
    expect(spaceNames()).toEqual(
      expect.arrayContaining(['analognas-cifar10', 'analognas-kws', 'analognas-vww', 'resnet-cifar10', 'resnet-tiny']),
    );
    for (const name of spaceNames()) expect(loadSpace(name).name).toBe(name);
  });

  it('loads a file and accepts lists, ranges and steps', () => {
    const file = spaceFile({ ...smallDefinition, genes: { ...genes, outChannel0: { from: 4, to: 11, step: 3 } } });
    const values = loadSpace(file).neighbours({
      space: 'small',
      params: { outChannel0: 7, kernelSize0: 3, M: 1, R1: 1, convBlock1: 1, widenFact1: 1, B1: 1 },
    });
    expect(new Set(values.map((a) => a.params.outChannel0))).toEqual(new Set([4, 7, 10]));
  });

  it('builds for images of another side when asked to', () => {
    for (const name of ['analognas-cifar10', 'nasbench201', 'resnet-tiny-joint']) {
      const half = loadSpace(name, undefined, 16);
      const architecture = half.sample(createRng(1));
      const graph = half.build(architecture);
      expect(half.task.inputShape).toEqual([16, 16, 3]);
      expect(graph.nodes[0]).toMatchObject({ op: 'input' });
      expect(half.counts(architecture).macs).toBe(countNetwork(graph).macs);
      expect(half.counts(architecture).parameters).toBe(loadSpace(name).counts(architecture).parameters);
    }
  });

  it('reads the space of a joint space by its name, from a file beside it, or written out; never a joint one', () => {
    const folder = dirname(spaceFile(smallDefinition, 'small.json'));
    const crossbar = { tile: [128], dacBits: [8], adcBits: [6, 8], phases: [1] };
    const joint = (architectures: unknown) => ({ family: 'joint', name: 'own', architectures, crossbar });
    const write = (name: string, content: unknown) => {
      writeFileSync(join(folder, name), JSON.stringify(content));
      return join(folder, name);
    };
    const beside = loadSpace(write('joint.json', joint('./small.json')));
    const whole = loadSpace(write('whole.json', joint(smallDefinition)));
    expect(beside.definition).toEqual(whole.definition);
    expect(beside.size()).toBe(loadSpace(join(folder, 'small.json')).size() * 2n);
    const architecture = beside.sample(createRng(2));
    expect(whole.hash(architecture)).toBe(beside.hash(architecture));
    expect(loadSpace('resnet-tiny-joint').definition).toBeUndefined();
    for (const inner of ['./joint.json', joint(smallDefinition)]) {
      expect(refusal(() => loadSpace(write('twice.json', joint(inner))))).toContain('another joint space');
    }
    expect(refusal(() => loadSpace(write('itself.json', joint('./itself.json'))))).toContain('names itself');
  });

  it('names the shipped space that a misspelt name means', () => {
    const message = refusal(() => loadSpace('resnet-tny'));
    expect(message).toContain('Did you mean "resnet-tiny"?');
    expect(message).toContain('analognas-cifar10');
  });

  it('says that a file is not JSON, and which', () => {
    const file = spaceFile('{ "family": analognas }');
    const message = refusal(() => loadSpace(file));
    expect(message).toContain(file);
    expect(message).toContain('JSON');
  });

  it('says that a range is upside down, with both numbers', () => {
    const message = refusedFile({ ...smallDefinition, genes: { ...genes, R: { from: 5, to: 2 } } });
    expect(message).toContain('genes.R');
    expect(message).toContain('from <= to must hold, got from=5, to=2');
  });

  it('guesses at a misspelt key', () => {
    const message = refusedFile({ ...smallDefinition, genes: { ...genes, widenfact: [1] } });
    expect(message).toContain('Unknown key "widenfact". Did you mean "widenFact"?');
  });

  it('names the gene whose value is out of reach or not a block type', () => {
    expect(refusedFile({ ...smallDefinition, genes: { ...genes, M: { from: 1, to: 6 } } })).toContain('genes.M');
    expect(refusedFile({ ...smallDefinition, genes: { ...genes, convBlock: ['E'] } })).toContain('A, B, C, D');
    expect(refusedFile({ ...smallDefinition, genes: { ...genes, B: [2, 2] } })).toContain('no value occurs twice');
  });

  it('refuses a space without a task', () => {
    const { task: _, ...rest } = smallDefinition;
    expect(refusedFile(rest)).toContain('task');
  });
});
