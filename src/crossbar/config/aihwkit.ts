import { fail } from '../../config/index.js';
import { converterSchema, noiseModelSchema } from '../../devices/index.js';
import { type CrossbarConfig, tileClasses } from './crossbar-config.js';
import { camelKeys, snakeKeys } from './key-case.js';
import { parseCrossbar } from './parse-crossbar.js';
import { presets } from './presets.js';

type Json = Record<string, unknown>;

const UNBOUNDED = 3.4e38;

/** AIHWKit classes that add no field of their own to the tile type they stand for. */
const classAliases: Readonly<Record<string, string>> = {
  StandardHWATrainingPreset: 'InferenceRPUConfig',
  WebComposerInferenceRPUConfig: 'InferenceRPUConfig',
  OldWebComposerInferenceRPUConfig: 'InferenceRPUConfig',
  FloatingPointPreset: 'TorchInferenceRPUConfig',
};

/** AIHWKit's configurations of devices that are trained in memory, by pulses: its other tile classes and their presets. */
const inMemoryTraining =
  /^(UnitCell|DigitalRankUpdate)RPUConfig$|^(TikiTaka|TTv2|ChoppedTTv2|AGAD|MixedPrecision)?(ReRam(ES|SB)|Capacitor|EcRam(MO)?|Idealized|GokmenVlasov|PCM)[24]?Preset$/;

/** Parts of an AIHWKit configuration that say nothing about inference or hardware-aware training. */
const ignoredParts = ['device', 'update', 'runtime', 'toolClass', 'tileClass', 'tileArrayClass'];

/** True for objects written in AIHWKit's snake_case or in the shape of its exported cases. */
export function looksLikeAihwkit(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  if (['effective', 'non_default', 'config', 'device'].some((key) => keys.includes(key))) return true;
  return keys.some((key) => key.includes('_')) || isAihwkitClass(value as Json);
}

/** True where the class alone tells that an object is AIHWKit's: a part, a preset, a tile that our schema does not know. */
function isAihwkitClass(value: Json): boolean {
  const name = String(value.class);
  return bareClass(value) !== undefined || Object.hasOwn(classAliases, name) || inMemoryTraining.test(name);
}

/**
 * A crossbar configuration from AIHWKit's: `{class, non_default, effective}`, `{class, non_default}` (the class or
 * preset with changes), the bare effective object, `{modifier, non_default}`, `{clip}`, `{remap}`, a bare noise model, a
 * bare conductance converter, or a golden case or record that holds one of these as its `config`.
 *
 * @throws CROSSBAR_INVALID where a field is unknown or wrong; CROSSBAR_UNSUPPORTED for devices updated by pulses, and for
 *   settings that the tile resolving time does not take
 */
export function fromAihwkit(json: unknown, source = 'AIHWKit configuration'): CrossbarConfig {
  const given = json as Json;
  if (isObject(given.config)) return fromAihwkit(given.config, source);
  const { non_default: nonDefault, effective, ...rest } = given;
  const complete =
    effective == null ? withoutNonDefault(rest, nonDefault) : withClass(effective as Json, rest.class, source);
  const shaped = toOurShape(complete, source);
  const start = presets[String(complete.class)];
  return parseCrossbar(start === undefined ? shaped : merged(startFor(start as Json, shaped), shaped), source);
}

/** All fields, with the class that stands beside them in `{class, non_default, effective}`. */
function withClass(effective: Json, outer: unknown, source: string): Json {
  if (outer === undefined) return effective;
  if (effective.class !== undefined && tileClass(effective.class) !== tileClass(outer)) {
    fail('CROSSBAR_INVALID', 'The configuration names two different classes.', {
      source,
      path: 'effective.class',
      found: String(effective.class),
      accepted: `${outer}, the class beside "effective"`,
    });
  }
  return { ...effective, class: outer };
}

/** The tile that a class of AIHWKit stands for. */
function tileClass(name: unknown): string {
  return classAliases[String(name)] ?? String(name);
}

/** A preset without the I/O parameters for which other ones of a named class are given. */
function startFor(preset: Json, given: Json): Json {
  const replaced = ['forward', 'backward'].filter((key) => isObject(given[key]) && 'class' in (given[key] as Json));
  return Object.fromEntries(Object.entries(preset).filter(([key]) => !replaced.includes(key)));
}

/** `changes` laid over a preset, mapping by mapping. */
function merged(base: Json, changes: Json): Json {
  const keys = new Set([...Object.keys(base), ...Object.keys(changes)]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const [before, after] = [base[key], changes[key]];
      if (isObject(before) && isObject(after)) return [key, merged(before, after)];
      return [key, after === undefined ? before : after];
    }),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** AIHWKit's form of a configuration: the effective object, snake_case. */
export function toAihwkit(config: CrossbarConfig): Json {
  const { class: className, forward, backward, mapping, prePost, actQuantConfig, ...others } = config;
  const quantised = className === 'QuantizedTorchInferenceRPUConfig';
  const named = {
    class: className,
    forward,
    backward,
    mapping: { class: 'MappingParameter', ...mapping },
    prePost: {
      class: quantised ? 'PrePostProcessingParameterQuant' : 'PrePostProcessingParameter',
      inputRange: { class: 'InputRangeParameter', ...prePost.inputRange },
      ...(quantised && { periphQuant: { class: 'PeripheryQuantizationParameter', ...prePost.periphQuant } }),
    },
    ...(quantised && {
      actQuantConfig: actQuantConfig && { class: 'ActivationQuantConfig', ...actQuantConfig },
    }),
    noiseModel: others.noiseModel,
    driftCompensation: others.driftCompensation,
    modifier: { class: 'WeightModifierParameter', ...others.modifier },
    clip: { class: 'WeightClipParameter', ...others.clip },
    remap: { class: 'WeightRemapParameter', ...others.remap },
  };
  return snakeKeys(named) as Json;
}

/** `{modifier, non_default}` repeats part of itself; `{class, non_default}` alone stands for the class with changes. */
function withoutNonDefault(rest: Json, nonDefault: unknown): Json {
  const onlyClass = Object.keys(rest).every((key) => key === 'class');
  return onlyClass && typeof nonDefault === 'object' ? { ...(nonDefault as Json), ...rest } : rest;
}

function toOurShape(snake: Json, source: string): Json {
  const camel = camelKeys(dropUnset(snake)) as Json;
  const part = bareClass(camel);
  if (part === 'noiseModel') return { noiseModel: camel };
  if (part === 'converter') return { noiseModel: { class: 'PCMLikeNoiseModel', gConverter: camel } };
  refuseInMemoryTraining(camel, source);
  const kept = Object.fromEntries(Object.entries(camel).filter(([key]) => !ignoredParts.includes(key)));
  const nested = Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, withoutPlainClass(key, value)]));
  return { ...nested, class: tileClass(camel.class ?? 'InferenceRPUConfig') };
}

/** Which part a bare object is: told from AIHWKit's class name. */
function bareClass(value: Json): 'noiseModel' | 'converter' | undefined {
  const name = value.class;
  if (typeof name !== 'string' || (tileClasses as readonly string[]).includes(name)) return undefined;
  if (discriminants(noiseModelSchema).has(name)) return 'noiseModel';
  return discriminants(converterSchema).has(name) ? 'converter' : undefined;
}

function discriminants(union: { _zod: { propValues?: Record<string, Set<unknown>> | undefined } }): Set<unknown> {
  return union._zod.propValues?.class ?? new Set();
}

/** `scale_ratio` is a cache that AIHWKit writes along. */
function dropUnset(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropUnset);
  if (typeof value !== 'object' || value === null) return unbounded(value);
  const entries = Object.entries(value).filter(([key]) => key !== 'scale_ratio');
  return Object.fromEntries(entries.map(([key, inner]) => [key, dropUnset(inner)]));
}

/** Infinities are written as text in JSON; here they are the largest float32, which every bound takes for none. */
function unbounded(value: unknown): unknown {
  if (value === 'inf') return UNBOUNDED;
  return value === '-inf' ? -UNBOUNDED : value;
}

/** Class labels that carry no information are dropped; those that choose among models stay. */
function withoutPlainClass(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { class: _label, ...fields } = value as Json;
  if (key === 'prePost' || key === 'actQuantConfig') return eachWithoutClass(quantiserFields(fields));
  return ['mapping', 'modifier', 'clip', 'remap', ...nestedParts].includes(key) ? fields : value;
}

/** Mappings within `prePost` and `actQuantConfig`. */
const nestedParts = ['inputRange', 'periphQuant', 'rangeEstimatorParams'];

function eachWithoutClass(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, withoutPlainClass(key, inner)]));
}

/** AIHWKit keeps some fields of its quantisers under names with an underscore in front, beside a table of its own. */
function quantiserFields(fields: Json): Json {
  const named = Object.entries(fields).map(([key, inner]): [string, unknown] => {
    const plain = key.replace(/^_/, '');
    return [plain.charAt(0).toLowerCase() + plain.slice(1), inner];
  });
  return Object.fromEntries(
    named.filter(
      ([key, inner]) => key !== 'rangeEstimatorToParams' && !(key === 'rangeEstimatorParams' && inner === null),
    ),
  );
}

/** What AIHWKit trains by pulses on its devices has no place here, whatever the class says of the rest. */
function refuseInMemoryTraining(config: Json, source: string): void {
  const device = isObject(config.device) ? config.device.class : config.device;
  const pulsed = device != null && device !== 'IdealDevice';
  if (!pulsed && !inMemoryTraining.test(String(config.class))) return;
  const accepted = [...tileClasses, ...Object.keys(classAliases)].join(', ');
  fail('CROSSBAR_UNSUPPORTED', 'This tile is trained by pulses on its devices, which the crossbar room does not do.', {
    source,
    path: pulsed ? 'device.class' : 'class',
    found: String(pulsed ? device : config.class),
    accepted: pulsed ? `IdealDevice, in a configuration of class ${accepted}` : accepted,
  });
}
