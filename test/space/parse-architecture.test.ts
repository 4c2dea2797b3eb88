import { describe, expect, it } from 'vitest';
import { loadSpace, parseArchitecture } from '../../src/space/index.js';

const space = loadSpace('nasbench201');
const cell = (text: string) => parseArchitecture(text, space);

describe('parseArchitecture', () => {
  it('reads tuples, whole architectures and genes alone', () => {
    const a = cell('(0, 3, 4, 1, 4, 1)');
    expect(a.params).toEqual({ edge01: 0, edge02: 3, edge03: 4, edge12: 1, edge13: 4, edge23: 1 });
    expect(cell(JSON.stringify(a))).toEqual(a);
    expect(cell(JSON.stringify(a.params))).toEqual(a);
    expect(cell('[0,3,4,1,4,1]')).toEqual(a);
  });

  it('reads a tuple of a space with inactive genes, which are 0', () => {
    const tiny = loadSpace('resnet-tiny');
    const zeros = Array(16).fill(0).join(', ');
    const a = parseArchitecture(`(8, 3, 1, 2, 4, 2, 1, ${zeros})`, tiny);
    expect(a.params).toEqual({ outChannel0: 8, kernelSize0: 3, M: 1, R1: 2, convBlock1: 4, widenFact1: 2, B1: 1 });
  });

  it('refuses anything else, saying what it found', () => {
    for (const text of [
      '(0, 1, 2)',
      '(0, 1, 2, 3, 4, x)',
      '(0, , 2, 3, 4, 1)',
      'conv',
      '7',
      '{"params": 3}',
      '(0,0,0,0,0,9)',
    ]) {
      expect(() => cell(text), text).toThrow(expect.objectContaining({ code: 'ARCHITECTURE_INVALID' }));
    }
  });
});
