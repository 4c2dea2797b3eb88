/**
 * A shape as a signed distance: negative inside, positive outside, in units of the shape's size (its parts lie within
 * about -1..1). Distances are exact or a lower bound near the outline, which is all that antialiasing needs.
 */
export interface Silhouette {
  readonly name: string;
  readonly distance: (x: number, y: number) => number;
}

const disc = (x: number, y: number, radius: number) => Math.sqrt(x * x + y * y) - radius;

function box(x: number, y: number, halfWidth: number, halfHeight: number): number {
  const dx = Math.abs(x) - halfWidth;
  const dy = Math.abs(y) - halfHeight;
  return Math.max(dx, dy);
}

/** Distance to the edges of a regular triangle whose corners lie at radius 2 * inner. */
function triangle(x: number, y: number, inner: number): number {
  return Math.max(y, -0.5 * y + 0.8660254 * x, -0.5 * y - 0.8660254 * x) - inner;
}

/** A five-pointed star: five half-plane pairs, folded onto one arm. */
function star(x: number, y: number): number {
  const sector = (2 * Math.PI) / 5;
  const radius = Math.sqrt(x * x + y * y);
  const angle = Math.atan2(x, y);
  const folded = Math.abs(angle - sector * Math.round(angle / sector));
  // The arm's edge runs from the tip (0, 1.05) to the notch at radius 0.42, half a sector away.
  const px = radius * Math.sin(folded);
  const py = radius * Math.cos(folded);
  const notchX = 0.42 * Math.sin(sector / 2);
  const notchY = 0.42 * Math.cos(sector / 2);
  const length = Math.sqrt(notchX ** 2 + (1.05 - notchY) ** 2);
  return ((1.05 - notchY) * px + notchX * (py - 1.05)) / length;
}

/** The ten classes of `synthetic-shapes`, in label order. */
export const silhouettes: readonly Silhouette[] = [
  { name: 'disc', distance: (x, y) => disc(x, y, 0.88) },
  { name: 'ring', distance: (x, y) => Math.abs(disc(x, y, 0.74)) - 0.2 },
  { name: 'square', distance: (x, y) => box(x, y, 0.76, 0.76) },
  { name: 'frame', distance: (x, y) => Math.abs(box(x, y, 0.64, 0.64)) - 0.18 },
  { name: 'triangle', distance: (x, y) => triangle(x, y + 0.1, 0.52) },
  { name: 'cross', distance: (x, y) => Math.min(box(x, y, 0.98, 0.27), box(x, y, 0.27, 0.98)) },
  { name: 'star', distance: star },
  { name: 'crescent', distance: (x, y) => Math.max(disc(x, y, 0.92), -disc(x - 0.5, y, 0.72)) },
  { name: 'bar', distance: (x, y) => box(x, y, 1.05, 0.3) },
  {
    name: 'hourglass',
    distance: (x, y) => Math.max(Math.abs(x) - 0.85, 0.75 * Math.abs(y) - 0.66 * Math.abs(x) - 0.06),
  },
];
