export { type ErrorCode, type ErrorDetails, errorCodes, fail, KirchhoffError } from './errors.js';
