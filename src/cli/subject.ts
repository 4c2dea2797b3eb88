import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fail, nearestWord } from '../config/index.js';
import { baselineNames } from '../nn/index.js';
import { type Architecture, loadArchitecture } from '../space/index.js';

/**
 * What a command shall train: the name of a baseline as it is, or the architecture in a file.
 *
 * @param source the argument or flag it was given by, for messages
 * @throws USAGE for a name that no baseline has, or a folder; the refusals of {@link loadArchitecture}
 */
export function readSubject(subject: string, source = '<architecture>'): Architecture | string {
  if (baselineNames.includes(subject)) return subject;
  if (!/[./\\]/.test(subject)) {
    const guess = nearestWord(subject, baselineNames);
    fail('USAGE', `There is no baseline called "${subject}".`, {
      source,
      found: subject,
      accepted: `a JSON file, or one of ${baselineNames.join(', ')}`,
      ...(guess !== undefined && { hint: guess }),
    });
  }
  if (statSync(subject, { throwIfNoEntry: false })?.isDirectory()) {
    fail('USAGE', 'An architecture is a file.', {
      source,
      found: `the folder ${subject}`,
      hint: `${join(subject, 'architecture.json')} to train it anew, or --model ${subject} for the trained network in it`,
    });
  }
  if (/\.onnx$/i.test(subject)) {
    fail('USAGE', 'An ONNX file is a trained network, not an architecture.', {
      source,
      found: subject,
      hint: `kirchhoff evaluate --model ${subject}`,
    });
  }
  return loadArchitecture(subject);
}
