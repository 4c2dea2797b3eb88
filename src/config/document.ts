import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { fail } from './errors.js';

/**
 * Reads a YAML or JSON file into plain values (JSON is read as the subset of YAML that it is, except for files named
 * `*.json`, which must be JSON).
 *
 * @throws CONFIG_UNREADABLE when the file cannot be read, CONFIG_SYNTAX with line and column when it is not valid.
 */
export function readDocument(file: string): unknown {
  return parseDocumentText(readText(file), file);
}

/** As {@link readDocument}, on text already in memory; `source` names it in errors. */
export function parseDocumentText(text: string, source: string): unknown {
  return source.endsWith('.json') ? parseJson(text, source) : parseYaml(text, source);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reasons: Record<string, string> = { ENOENT: 'no such file', EISDIR: 'a folder', EACCES: 'no permission' };
    return fail('CONFIG_UNREADABLE', 'The file cannot be read.', {
      source: file,
      found: reasons[code ?? ''] ?? String(code),
      accepted: 'a readable YAML (.yaml, .yml) or JSON (.json) file',
    });
  }
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail('CONFIG_SYNTAX', 'This file is not valid JSON.', {
      source,
      found: (error as Error).message,
      accepted: 'JSON',
    });
  }
}

function parseYaml(text: string, source: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    fail('CONFIG_SYNTAX', 'This file is not valid YAML.', {
      source,
      path: `line ${line}, column ${col}`,
      found: error.message,
      accepted: 'YAML',
    });
  }
  return document.toJS({ maxAliasCount: 100 });
}
