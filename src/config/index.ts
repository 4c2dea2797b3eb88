export { canonicalJson, contentHash } from './content-hash.js';
export { parseDocumentText, readDocument } from './document.js';
export { type ErrorCode, type ErrorDetails, errorCodes, fail, KirchhoffError } from './errors.js';
export { makeFolder } from './make-folder.js';
export { nearestWord } from './nearest-word.js';
export { applyOverrides } from './overrides.js';
export { parseWith, valueAt } from './validate.js';
