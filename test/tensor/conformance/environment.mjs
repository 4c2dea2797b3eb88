// The one environment that tfjs' tests run in: the backend named on the command line.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import { loadNative } from '../../../src/tensor/native/loader.ts';
import { registerNativeBackend } from '../../../src/tensor/native/register.ts';
import '../../../src/tensor/tf.ts';

const backendName = process.argv[2];
if (backendName === 'native') {
  const load = loadNative();
  if (!('addon' in load)) throw new Error(load.failures.map(({ reason }) => reason).join('; '));
  registerNativeBackend(load.addon);
}
setTestEnvs([{ name: backendName, backendName, isDataSync: true }]);
