import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { tf } from '../tf.js';
import type { BackendStarter } from './backend-report.js';
import { watchDawnEvents } from './dawn-events.js';
import { importPeer, locate } from './peer.js';
import { enableSynchronousReads } from './webgpu-read.js';

interface DawnPackage {
  create(flags: string[]): { requestAdapter(): Promise<unknown> };
  globals: object;
}

/**
 * WebGPU on Dawn inside Node: GPUs of any vendor, or a software driver such as SwiftShader
 * (VK_ICD_FILENAMES names its driver file).
 */
export const webgpuStarter: BackendStarter = {
  name: 'webgpu',
  async start() {
    const { create, globals } = (await importPeer('webgpu')) as unknown as DawnPackage;
    watchDawnEvents();
    await provideGpu(create, globals);
    await importPeer('@tensorflow/tfjs-backend-webgpu');
    if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs could not initialise WebGPU');
    enableSynchronousReads(tf.backend() as tf.KernelBackend);
    return { tfjsName: 'webgpu', description: 'WebGPU through Dawn', threads: 1 };
  },
};

/** tfjs looks for the GPU where a browser has it: `navigator.gpu` and the constants of the WebGPU standard. */
async function provideGpu(create: DawnPackage['create'], globals: object): Promise<void> {
  const scope = globalThis as { navigator?: object };
  if (scope.navigator !== undefined && 'gpu' in scope.navigator) return;
  if (!hasAdapter()) throw new Error('no GPU with a Vulkan, Metal or Direct3D driver was found');
  const gpu = create([]);
  Object.assign(globalThis, globals);
  if (scope.navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  }
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
}

/** Asked in a process of its own: where there is no driver, Dawn writes warnings past Node, and some drivers crash. */
function hasAdapter(): boolean {
  const url = JSON.stringify(pathToFileURL(locate('webgpu')!).href);
  const script = `const { create } = await import(${url}); process.exit((await create([]).requestAdapter()) === null ? 1 : 0);`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' }).status === 0;
}
