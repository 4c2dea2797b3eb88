import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type koffiModule from 'koffi';
import { fail } from '../../config/index.js';

/** The functions of XGBoost's C API that are used here; every one but the last two returns 0 on success. */
export interface XgboostLibrary {
  readonly version: string;
  /** The file that was loaded. */
  readonly file: string;
  call(name: XgboostFunction, ...args: unknown[]): void;
  /** Copies of so many values that begin where a pointer of the library leads. */
  floatsAt(pointer: unknown, count: number): Float32Array;
  bytesAt(pointer: unknown, count: number): Uint8Array;
}

type Koffi = typeof koffiModule;

/** https://xgboost.readthedocs.io/en/release_1.7.0/c.html */
const declarations = {
  XGBSetGlobalConfig: 'int XGBSetGlobalConfig(const char *config)',
  XGDMatrixCreateFromMat:
    'int XGDMatrixCreateFromMat(const float *data, uint64_t rows, uint64_t cols, float missing, _Out_ void **out)',
  XGDMatrixSetFloatInfo:
    'int XGDMatrixSetFloatInfo(void *matrix, const char *field, const float *values, uint64_t count)',
  XGDMatrixSetUIntInfo:
    'int XGDMatrixSetUIntInfo(void *matrix, const char *field, const uint32_t *values, uint64_t count)',
  XGDMatrixFree: 'int XGDMatrixFree(void *matrix)',
  XGBoosterCreate: 'int XGBoosterCreate(void **matrices, uint64_t count, _Out_ void **out)',
  XGBoosterFree: 'int XGBoosterFree(void *booster)',
  XGBoosterSetParam: 'int XGBoosterSetParam(void *booster, const char *name, const char *value)',
  XGBoosterUpdateOneIter: 'int XGBoosterUpdateOneIter(void *booster, int iteration, void *matrix)',
  XGBoosterPredict:
    'int XGBoosterPredict(void *booster, void *matrix, int options, unsigned int trees, int training, _Out_ uint64_t *count, _Out_ void **values)',
  XGBoosterGetNumFeature: 'int XGBoosterGetNumFeature(void *booster, _Out_ uint64_t *count)',
  XGBoosterSaveModelToBuffer:
    'int XGBoosterSaveModelToBuffer(void *booster, const char *config, _Out_ uint64_t *length, _Out_ void **data)',
  XGBoosterLoadModelFromBuffer: 'int XGBoosterLoadModelFromBuffer(void *booster, const void *data, uint64_t length)',
} as const;

export type XgboostFunction = keyof typeof declarations;

/** What is known about XGBoost on this machine. */
export interface XgboostStatus {
  readonly available: boolean;
  readonly version: string | null;
  /** The shared library in use. */
  readonly library: string | null;
  /** Why it works, or what was tried and failed, and how to get it. */
  readonly reason: string;
}

/** What is missing, what was tried to find it, and how to get it. */
interface Missing {
  readonly source: string;
  readonly tried: readonly string[];
  readonly accepted: string;
  readonly hint: string;
}

let loaded: XgboostLibrary | undefined;

/** Whether XGBoost can be used, and if not, why. */
export function xgboostStatus(): XgboostStatus {
  const found = findLibrary();
  if ('tried' in found) return { available: false, version: null, library: null, reason: whyNot(found) };
  return { available: true, version: found.version, library: found.file, reason: `loaded ${found.file}` };
}

/** The library. @throws SURROGATE_UNAVAILABLE with everything that was tried */
export function xgboost(): XgboostLibrary {
  const found = findLibrary();
  if (!('tried' in found)) return found;
  const { tried, ...details } = found;
  return fail('SURROGATE_UNAVAILABLE', 'The XGBoost library cannot be loaded.', {
    ...details,
    found: tried.join('; '),
  });
}

function whyNot({ tried, hint }: Missing): string {
  return `${tried.join('; ')}. Get it: ${hint}`;
}

function findLibrary(): XgboostLibrary | Missing {
  if (loaded !== undefined) return loaded;
  const koffi = findKoffi();
  if ('tried' in koffi) return koffi;
  const tried: string[] = [];
  for (const file of candidates(tried)) {
    try {
      loaded = load(koffi, file);
      return loaded;
    } catch (error) {
      tried.push(`${file}: ${firstLineOf(error)}`);
    }
  }
  return {
    source: 'XGBOOST_LIBRARY',
    tried,
    accepted: 'the path of libxgboost (1.6 or newer)',
    hint: 'npm install xgboost_node, or install libxgboost and set XGBOOST_LIBRARY to its path; surrogate.kind none does without',
  };
}

/** What calls C. Its binaries are optional dependencies: importing it statically, nothing would work without them. */
function findKoffi(): Koffi | Missing {
  try {
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (error) {
    return {
      source: 'koffi',
      tried: [`koffi: ${firstLineOf(error)}`],
      accepted: 'koffi with its binary for this platform, an optional dependency',
      hint: 'npm install --include=optional; surrogate.kind gp, mlp and none do without',
    };
  }
}

function firstLineOf(error: unknown): string {
  return (error as Error).message.split('\n')[0]!;
}

/** Where the library may lie, in the order of preference; `tried` hears what is known to be in vain. */
function candidates(tried: string[]): string[] {
  const named = process.env.XGBOOST_LIBRARY;
  if (named !== undefined && named !== '') return [named];
  const shipped = shippedLibrary(tried);
  const system = { linux: ['libxgboost.so', 'libxgboost.so.0'], darwin: ['libxgboost.dylib'], win32: ['xgboost.dll'] };
  return [...(shipped === undefined ? [] : [shipped]), ...(system[process.platform as keyof typeof system] ?? [])];
}

/** The library that the optional package `xgboost_node` carries; its own JavaScript is never loaded. */
function shippedLibrary(tried: string[]): string | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('xgboost_node/package.json'));
    const parts = process.platform === 'darwin' ? ['binary', 'libxgboost.dylib'] : ['lib', 'libxgboost.so'];
    const file = join(folder, ...parts);
    if (existsSync(file)) return file;
    tried.push(`xgboost_node: carries no ${file}`);
    return undefined;
  } catch {
    tried.push('xgboost_node: not installed');
    return undefined;
  }
}

function load(koffi: Koffi, file: string): XgboostLibrary {
  const library = koffi.load(file);
  const lastError = library.func('const char *XGBGetLastError()');
  const functions = Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => [name, library.func(declaration)]),
  );
  const call = (name: XgboostFunction, ...args: unknown[]): void => {
    if (functions[name]!(...args) !== 0) {
      fail('SURROGATE_INVALID', 'XGBoost refused a call.', { source: name, found: firstLine(String(lastError())) });
    }
  };
  call('XGBSetGlobalConfig', '{"verbosity": 0}');
  const valuesAt = (pointer: unknown, type: string, count: number): unknown =>
    koffi.decode(pointer, koffi.array(type, count));
  return {
    file,
    call,
    version: versionOf(library),
    floatsAt: (pointer, count) => new Float32Array(valuesAt(pointer, 'float', count) as ArrayLike<number>),
    bytesAt: (pointer, count) => Uint8Array.from(valuesAt(pointer, 'uint8_t', count) as Uint8Array),
  };
}

function versionOf(library: ReturnType<Koffi['load']>): string {
  const parts: [number[], number[], number[]] = [[0], [0], [0]];
  library.func('void XGBoostVersion(_Out_ int *major, _Out_ int *minor, _Out_ int *patch)')(...parts);
  return parts.flat().join('.');
}

/** XGBoost's messages start with a time in brackets and a place in its source, and carry a stack trace from line 2 on. */
function firstLine(message: string): string {
  return message
    .split('\n')[0]!
    .replace(/^\[[^\]]*\]\s*/, '')
    .replace(/^\S+:\d+:\s*/, '');
}
