import { fail } from '../../config/index.js';
import type { Converter } from '../../devices/index.js';
import { tf } from '../../tensor/index.js';
import type { IoParameters } from '../config/io-parameters.js';
import { inputSteps, ON_GRID, type Phase } from './phases.js';

/** What the time-dependent voltage drop needs to know of a tile. */
export interface Thevenin {
  readonly converter: Converter;
  /** Rows of the physical array; 0: as many as the tile has. */
  readonly maxInputSize: number;
}

/** Voltages of a device whose input is on, off on the other side, or idle; V. */
const [HIGH, IDLE] = [0.6, 0.4];

/**
 * The product of one phase with the voltage drop along the columns, resolved in time: every device is a Thevenin source,
 * segments of a column are collapsed one after the other towards the ADC (analog-inference reference, 2.7). Even columns
 * are read at one end, odd columns at the other.
 *
 * @param phase inputs [batch, n] and their duration
 * @param weights [n, outputs], outputs even
 */
export function theveninProduct(phase: Phase, weights: tf.Tensor2D, io: IoParameters, tile: Thevenin): tf.Tensor2D {
  return tf.tidy(() => {
    const [inputs, outputs] = weights.shape;
    const rows = tile.maxInputSize > 0 ? tile.maxInputSize : inputs;
    checkGeometry(rows, outputs, io.irDropSegments);
    const top = Math.floor((rows - inputs) / 2);
    const pad: [number, number] = [top, rows - inputs - top];
    const { conductances, scale } = tile.converter.toConductances(tf.pad(weights, [pad, [0, 0]]));
    const drive = pulses(tf.pad(phase.x, [[0, 0], pad]), phase, io);
    const pairs = tile.converter.significances.map((significance, i) => {
      const [plus, minus] = [conductances[2 * i]!, conductances[2 * i + 1]!];
      const charges = [0, 1].map((parity) => {
        const flip = (t: tf.Tensor2D, axis: number) => (parity === 0 ? t : tf.reverse(t, axis));
        const side = [plus, minus].map((g) => flip(everySecond(g, parity), 0));
        return columnCharge(flip(drive, 1), side[0]!, side[1]!, phase.steps, io);
      });
      return tf.mul(interleave(charges[0]!, charges[1]!), significance);
    });
    const perWeight = tf.mul(scale.ratio, (HIGH - IDLE) * (inputSteps(io) / 2));
    return tf.div(tf.addN(pairs), perWeight) as tf.Tensor2D;
  });
}

function checkGeometry(rows: number, outputs: number, segments: number): void {
  if (outputs % 2 === 0 && rows % segments === 0) return;
  fail('CROSSBAR_UNSUPPORTED', 'Time-dependent voltage drop needs an even number of outputs and whole segments.', {
    path: 'forward.irDropSegments',
    found: `${rows} rows in ${segments} segments, ${outputs} outputs`,
    accepted: 'rows divisible by the segments, outputs divisible by 2',
  });
}

/**
 * +1, 0 or -1 for each time step, vector and row: [steps * batch, rows], time slowest. A row is driven while its input
 * is longer than the time; inputs on the grid of times lie exactly there, so both are rounded to float32 the same way.
 */
function pulses(x: tf.Tensor2D, { steps, duration }: Phase, io: IoParameters): tf.Tensor2D {
  const unit = 2 / inputSteps(io);
  const grid = Float32Array.from(x.dataSync(), (value) => {
    const whole = Math.round(value / unit);
    return Math.abs(value / unit - whole) < ON_GRID ? whole * unit : value;
  });
  const [batch, rows] = x.shape;
  const driven = new Float32Array(steps * grid.length);
  for (let k = 0; k < steps; k++) {
    const t = Math.fround(steps === 1 ? 0 : (k * duration) / (steps - 1));
    for (let i = 0; i < grid.length; i++) {
      driven[k * grid.length + i] = grid[i]! > t ? 1 : grid[i]! < -t ? -1 : 0;
    }
  }
  return tf.tensor2d(driven, [steps * batch, rows]);
}

/** Charge that arrives at the ADC of each column, in uA per unit step: [batch, columns]. The last row is nearest the ADC. */
function columnCharge(
  drive: tf.Tensor2D,
  plus: tf.Tensor2D,
  minus: tf.Tensor2D,
  steps: number,
  io: IoParameters,
): tf.Tensor2D {
  const { irDropSegments: segments, irDropRs, irDrop, irDropVRead } = io;
  const [total, rows] = drive.shape;
  const columns = plus.shape[1];
  const size = rows / segments;
  const wire = 1e-6 * irDrop * irDropRs * size;
  let voltage: tf.Tensor = tf.scalar(0);
  let resistance: tf.Tensor = tf.scalar(0);
  for (let segment = 0; segment < segments; segment++) {
    const part = (t: tf.Tensor2D) => tf.slice(t, [segment * size, 0], [size, columns]);
    const whole = tf.sum(tf.add(part(plus), part(minus)), 0);
    const conductance = tf.add(whole, 1e-12);
    const signal = tf.matMul(tf.slice(drive, [0, segment * size], [total, size]), tf.sub(part(plus), part(minus)));
    const source = tf.div(tf.add(tf.mul(whole, IDLE), tf.mul(signal, HIGH - IDLE)), conductance);
    if (segment === 0) {
      voltage = source;
      resistance = tf.div(1, conductance);
      continue;
    }
    const upstream = tf.add(resistance, wire);
    const own = tf.div(1, conductance);
    resistance = tf.div(tf.mul(upstream, own), tf.add(upstream, own));
    voltage = tf.mul(tf.add(tf.div(voltage, upstream), tf.mul(source, conductance)), resistance);
  }
  const current = tf.div(tf.sub(voltage, irDropVRead), tf.add(resistance, 0.5 * wire));
  return integrate(tf.reshape(current, [steps, total / steps, columns]) as tf.Tensor3D, io);
}

/** Sum over time or trapezoids (the first current counted twice), then whole periods of the ADC clock. */
function integrate(
  current: tf.Tensor3D,
  { irDropIntegrationSum, adcQuantization, adcFrequency }: IoParameters,
): tf.Tensor2D {
  const [steps, batch, columns] = current.shape;
  let charge: tf.Tensor = tf.sum(current, 0);
  if (!irDropIntegrationSum) {
    const at = (k: number) => tf.reshape(tf.slice(current, [k, 0, 0], [1, batch, columns]), [batch, columns]);
    charge = tf.add(charge, tf.mul(tf.sub(at(0), at(steps - 1)), 0.5));
  }
  if (!adcQuantization) return charge as tf.Tensor2D;
  const counts = tf.mul(tf.div(charge, 100), adcFrequency);
  const whole = tf.mul(tf.sign(counts), tf.floor(tf.abs(counts)));
  return tf.div(tf.mul(whole, 100), adcFrequency) as tf.Tensor2D;
}

function everySecond(t: tf.Tensor2D, parity: number): tf.Tensor2D {
  const [rows, cols] = t.shape;
  const pairs = tf.reshape(t, [rows, cols / 2, 2]);
  return tf.reshape(tf.slice(pairs, [0, 0, parity], [rows, cols / 2, 1]), [rows, cols / 2]);
}

function interleave(even: tf.Tensor2D, odd: tf.Tensor2D): tf.Tensor2D {
  return tf.reshape(tf.stack([even, odd], 2), [even.shape[0], even.shape[1] * 2]);
}
