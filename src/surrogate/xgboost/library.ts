import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi from 'koffi';
import { fail } from '../../config/index.js';

/** The functions of XGBoost's C API that are used here; every one but the last two returns 0 on success. */
export interface XgboostLibrary {
  readonly version: string;
  /** The file that was loaded. */
  readonly file: string;
  call(name: XgboostFunction, ...args: unknown[]): void;
}

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

let loaded: XgboostLibrary | undefined;
const failures: string[] = [];

/** Whether XGBoost can be used, and if not, why. */
export function xgboostStatus(): XgboostStatus {
  const library = tryLoad();
  if (library === undefined) return { available: false, version: null, library: null, reason: whyNot() };
  return { available: true, version: library.version, library: library.file, reason: `loaded ${library.file}` };
}

/** The library. @throws SURROGATE_UNAVAILABLE with everything that was tried */
export function xgboost(): XgboostLibrary {
  return (
    tryLoad() ??
    fail('SURROGATE_UNAVAILABLE', 'The XGBoost library cannot be loaded.', {
      source: 'XGBOOST_LIBRARY',
      found: failures.join('; '),
      accepted: 'the path of libxgboost (1.6 or newer)',
      hint: howToGet,
    })
  );
}

const howToGet =
  'npm install xgboost_node, or install libxgboost and set XGBOOST_LIBRARY to its path; surrogate.kind none does without';

function whyNot(): string {
  return `${failures.join('; ')}. Get it: ${howToGet}`;
}

function tryLoad(): XgboostLibrary | undefined {
  if (loaded !== undefined) return loaded;
  failures.length = 0;
  for (const file of candidates()) {
    try {
      loaded = load(file);
      return loaded;
    } catch (error) {
      failures.push(`${file}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  return undefined;
}

/** Where the library may lie, in the order of preference. */
function candidates(): string[] {
  const named = process.env.XGBOOST_LIBRARY;
  if (named !== undefined && named !== '') return [named];
  const shipped = shippedLibrary();
  const system = { linux: ['libxgboost.so', 'libxgboost.so.0'], darwin: ['libxgboost.dylib'], win32: ['xgboost.dll'] };
  return [...(shipped === undefined ? [] : [shipped]), ...(system[process.platform as keyof typeof system] ?? [])];
}

/** The library that the optional package `xgboost_node` carries; its own JavaScript is never loaded. */
function shippedLibrary(): string | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('xgboost_node/package.json'));
    const parts = process.platform === 'darwin' ? ['binary', 'libxgboost.dylib'] : ['lib', 'libxgboost.so'];
    const file = join(folder, ...parts);
    if (existsSync(file)) return file;
    failures.push(`xgboost_node: carries no ${file}`);
    return undefined;
  } catch {
    failures.push('xgboost_node: not installed');
    return undefined;
  }
}

function load(file: string): XgboostLibrary {
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
  return { file, call, version: versionOf(library) };
}

function versionOf(library: ReturnType<typeof koffi.load>): string {
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
