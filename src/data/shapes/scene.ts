import type { Rng } from '../../tensor/index.js';

/** Red, green, blue, 0..255. */
export type Colour = readonly [number, number, number];

/** A shape somewhere in the picture. Positions and sizes are in pixels, angles in radians. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly angle: number;
  /** Factor on the width against the height. */
  readonly stretch: number;
  readonly colour: Colour;
}

/** A sine wave of brightness laid over an area. */
export interface Grating {
  readonly waveX: number;
  readonly waveY: number;
  readonly phase: number;
  readonly strength: number;
}

/** Everything that a picture is painted from, apart from its shape's outline and its pixel noise. */
export interface Scene {
  readonly shape: Placement;
  readonly shapeGrating: Grating;
  /** The background runs from one colour to the other along a direction. */
  readonly background: { from: Colour; to: Colour; angle: number; grating: Grating };
  /** Small discs that mean nothing, painted under the shape. */
  readonly specks: readonly Placement[];
  /** Largest pixel noise, which is uniform. */
  readonly noise: number;
}

/** Draws a scene for a square picture. Nothing in it depends on the class, so only the outline tells classes apart. */
export function drawScene(side: number, rng: Rng): Scene {
  const from = randomColour(rng, dark);
  const to = mix(from, randomColour(rng, dark), 0.5);
  const size = side * between(rng, 0.2, 0.36);
  const room = Math.max(0, side / 2 - size);
  return {
    shape: {
      x: side / 2 + between(rng, -1, 1) * room,
      y: side / 2 + between(rng, -1, 1) * room,
      size,
      angle: between(rng, -0.7, 0.7),
      stretch: between(rng, 0.85, 1.18),
      colour: randomColour(rng, bright),
    },
    shapeGrating: drawGrating(rng, 15),
    background: { from, to, angle: between(rng, 0, 2 * Math.PI), grating: drawGrating(rng, 20) },
    specks: Array.from({ length: rng.int(0, 4) }, () => ({
      x: between(rng, 0, side),
      y: between(rng, 0, side),
      size: between(rng, 1, 2.2),
      angle: 0,
      stretch: 1,
      colour: randomColour(rng, bright),
    })),
    noise: between(rng, 6, 28),
  };
}

/** Ranges of each colour channel: shapes are brighter than what is behind them, whatever their hue. */
const dark = [0, 140] as const;
const bright = [110, 256] as const;

function drawGrating(rng: Rng, strongest: number): Grating {
  const frequency = (2 * Math.PI) / between(rng, 4, 16);
  const angle = between(rng, 0, 2 * Math.PI);
  return {
    waveX: frequency * Math.cos(angle),
    waveY: frequency * Math.sin(angle),
    phase: between(rng, 0, 2 * Math.PI),
    strength: between(rng, 0, strongest),
  };
}

function randomColour(rng: Rng, [low, high]: readonly [number, number]): Colour {
  return [rng.int(low, high), rng.int(low, high), rng.int(low, high)];
}

/** The colour `t` of the way from one to another. */
export function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

function between(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}
