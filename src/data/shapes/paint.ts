import type { Rng } from '../../tensor/index.js';
import type { Grating, Placement, Scene } from './scene.js';
import type { Silhouette } from './silhouettes.js';

/**
 * Paints a scene into side x side x 3 bytes: background, specks, the shape, then noise, a number of its own for each
 * byte.
 */
export function paintScene(pixels: Uint8Array, side: number, scene: Scene, silhouette: Silhouette, rng: Rng): void {
  const { from, to, angle, grating } = scene.background;
  const slopeX = Math.cos(angle) / side;
  const slopeY = Math.sin(angle) / side;
  const shapeCover = coverage(scene.shape, silhouette.distance);
  const specks = scene.specks.map((speck) => ({ speck, cover: coverage(speck, dot) }));
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at += 3) {
      const t = 0.5 + (x - side / 2) * slopeX + (y - side / 2) * slopeY;
      const wave = brightness(grating, x, y);
      let red = from[0] + (to[0] - from[0]) * t + wave;
      let green = from[1] + (to[1] - from[1]) * t + wave;
      let blue = from[2] + (to[2] - from[2]) * t + wave;
      for (const { speck, cover } of specks) {
        const share = cover(x, y);
        if (share === 0) continue;
        red += (speck.colour[0] - red) * share;
        green += (speck.colour[1] - green) * share;
        blue += (speck.colour[2] - blue) * share;
      }
      const share = shapeCover(x, y);
      if (share > 0) {
        const shade = brightness(scene.shapeGrating, x, y);
        red += (scene.shape.colour[0] + shade - red) * share;
        green += (scene.shape.colour[1] + shade - green) * share;
        blue += (scene.shape.colour[2] + shade - blue) * share;
      }
      const chance = rng.uint32();
      pixels[at] = toByte(red + scene.noise * centred(chance));
      pixels[at + 1] = toByte(green + scene.noise * centred(chance >>> 8));
      pixels[at + 2] = toByte(blue + scene.noise * centred(chance >>> 16));
    }
  }
}

/** The lowest byte as a number of -1..1. */
const centred = (word: number) => (word & 255) / 127.5 - 1;

const dot = (x: number, y: number) => Math.sqrt(x * x + y * y) - 1;

/** Share 0..1 of the pixel at (x, y) that a placed shape covers, from the distance of the pixel's centre to the outline. */
function coverage(place: Placement, distance: Silhouette['distance']): (x: number, y: number) => number {
  const cos = Math.cos(place.angle) / place.size;
  const sin = Math.sin(place.angle) / place.size;
  const reach = (1.5 * place.size * Math.max(place.stretch, 1 / place.stretch) + 1) ** 2;
  return (x, y) => {
    const dx = x + 0.5 - place.x;
    const dy = y + 0.5 - place.y;
    if (dx * dx + dy * dy > reach) return 0;
    const u = (dx * cos + dy * sin) / place.stretch;
    const v = (dy * cos - dx * sin) * place.stretch;
    return Math.min(1, Math.max(0, 0.5 - distance(u, v) * place.size));
  };
}

function brightness(grating: Grating, x: number, y: number): number {
  return grating.strength * Math.sin(grating.waveX * x + grating.waveY * y + grating.phase);
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
