import type { BackendStarter } from './backend-report.js';

/** tfjs' backend in plain JavaScript: always there. */
export const cpuStarter: BackendStarter = {
  name: 'cpu',
  start: async () => ({ tfjsName: 'cpu', description: 'TensorFlow.js in plain JavaScript', threads: 1 }),
};
