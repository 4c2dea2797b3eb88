import { describe, expect, test } from 'vitest';
import { baselineGraph, baselineNames } from '../../src/nn/index.js';
import { networkPicture } from '../../src/report/index.js';
import { collapse } from '../../src/report/picture/collapse.js';
import { boxSize, layOut } from '../../src/report/picture/layout.js';

describe.each(baselineNames)('%s', (name) => {
  const boxes = collapse(baselineGraph(name));
  const layout = layOut(boxes, 1_040);

  test('boxes do not overlap and stay inside', () => {
    const spots = new Set(layout.boxes.map(({ x, y }) => `${x} ${y}`));
    expect(spots.size).toBe(boxes.length);
    for (const a of layout.boxes) {
      expect(a.x + boxSize.width).toBeLessThanOrEqual(layout.width);
      expect(a.y + boxSize.height).toBeLessThanOrEqual(layout.height);
      for (const b of layout.boxes) {
        const apart = Math.abs(a.x - b.x) >= boxSize.width || Math.abs(a.y - b.y) >= boxSize.height;
        expect(a === b || apart).toBe(true);
      }
    }
  });

  test('every input of every box arrives at its top', () => {
    const tops = layout.edges.filter(({ passesTo }) => passesTo === null).map(({ points }) => points.at(-1)!.join(' '));
    const arrivals = layout.boxes.flatMap(({ x, y, inputs }) => inputs.map(() => `${x + boxSize.width / 2} ${y}`));
    expect(tops.sort()).toEqual(arrivals.sort());
  });
});

test('layers keep what follows them inside their box', () => {
  const boxes = collapse(baselineGraph('resnet8'));
  expect(boxes.map(({ title }) => title)).toContain('conv 3×3, 64, stride 2');
  expect(boxes[1]).toMatchObject({ title: 'conv 3×3, 16', detail: 'batch norm, relu', shape: '32×32×16' });
  expect(boxes.filter(({ kind }) => kind === 'crossbar')).toHaveLength(10);
  expect(networkPicture(baselineGraph('resnet8'))).toContain('conv 1×1, 32, stride 2');
});
