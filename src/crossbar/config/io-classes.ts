import type { IoInput } from './io-parameters.js';

/** Fields in which AIHWKit's classes of I/O parameters differ from `IOParameters` (analog-inference reference, section 7). */
const classDefaults: Readonly<Record<string, IoInput>> = {
  PresetIOParameters: { inpRes: 1 / 126, outRes: 1 / 510, outBound: 20, outNoise: 0.1 },
  StandardIOParameters: { inpRes: 1 / 254, outRes: 1 / 254, outBound: 10, outNoise: 0.04 },
  WebComposerIOParameters: { inpRes: 1 / 126, outRes: 1 / 510, outBound: 20, outNoise: 0.1 },
  IOParametersIRDropT: { irDrop: 1 },
};

type Json = Readonly<Record<string, unknown>>;

/** A configuration whose `forward` and `backward` start from the defaults of the class that they name. */
export function withIoDefaults<T>(config: T): T {
  if (!isMapping(config)) return config;
  const filled = ['forward', 'backward'].filter((key) => key in config).map((key) => [key, ofClass(config[key])]);
  return { ...config, ...Object.fromEntries(filled) };
}

function ofClass(io: unknown): unknown {
  if (!isMapping(io) || typeof io.class !== 'string') return io;
  return { ...(Object.hasOwn(classDefaults, io.class) && classDefaults[io.class]), ...io };
}

function isMapping(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
