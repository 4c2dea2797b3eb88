// A worker that loads the engine, trains a little and ends.
import { useBackend } from '../../dist/tensor/index.js';
import { trainer } from './trainer.mjs';

await useBackend();
const step = trainer();
for (let i = 1; i <= 4; i++) step(i);
