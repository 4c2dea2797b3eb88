import type { IoInput } from './io-parameters.js';

/** Fields in which AIHWKit's classes of I/O parameters differ from `IOParameters` (analog-inference reference, section 7). */
const classDefaults: Readonly<Record<string, IoInput>> = {
  PresetIOParameters: { inpRes: 1 / 126, outRes: 1 / 510, outBound: 20, outNoise: 0.1 },
  StandardIOParameters: { inpRes: 1 / 254, outRes: 1 / 254, outBound: 10, outNoise: 0.04 },
  WebComposerIOParameters: { inpRes: 1 / 126, outRes: 1 / 510, outBound: 20, outNoise: 0.1 },
  IOParametersIRDropT: { irDrop: 1 },
};

type Json = Readonly<Record<string, unknown>>;

/** Class of the forward pass where a configuration names none, by the class of the tile. */
const forwardClasses: Readonly<Record<string, string>> = { TorchInferenceRPUConfigIRDropT: 'IOParametersIRDropT' };

/** A configuration whose `forward` and `backward` start from the defaults of the class that they name or their tile has. */
export function withIoDefaults<T>(config: T): T {
  if (!isMapping(config)) return config;
  const whole = withForwardClass(config);
  const filled = ['forward', 'backward'].filter((key) => key in whole).map((key) => [key, ofClass(whole[key])]);
  return { ...whole, ...Object.fromEntries(filled) };
}

function withForwardClass(config: Json): Json {
  const { class: tile, forward = {} } = config;
  const own = typeof tile === 'string' && Object.hasOwn(forwardClasses, tile) ? forwardClasses[tile] : undefined;
  return own === undefined || !isMapping(forward) ? config : { ...config, forward: { class: own, ...forward } };
}

function ofClass(io: unknown): unknown {
  if (!isMapping(io) || typeof io.class !== 'string') return io;
  return { ...(Object.hasOwn(classDefaults, io.class) && classDefaults[io.class]), ...io };
}

function isMapping(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
