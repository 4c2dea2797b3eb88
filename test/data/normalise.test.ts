import { describe, expect, it } from 'vitest';
import { channelStatistics, type ImageSet } from '../../src/data/index.js';

describe('channelStatistics', () => {
  it('gives mean and deviation per channel on pixels / 255', () => {
    const set: ImageSet = {
      count: 1,
      shape: [1, 2, 2],
      pixels: Uint8Array.from([0, 51, 255, 51]),
      labels: Uint8Array.of(0),
    };
    const { mean, std } = channelStatistics(set);
    expect(mean).toEqual([0.5, 0.2]);
    // The second channel has one value only: deviation 1 keeps the division harmless.
    expect(std).toEqual([0.5, 1]);
  });
});
