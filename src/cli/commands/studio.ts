import { once } from 'node:events';
import { Command } from 'commander';
import { startStudio } from '../../studio/index.js';
import { jsonFlag, resultsFlag, wholeNumber } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { processOutput } from '../output.js';

/** `kirchhoff studio`: live pages of the runs in a browser, until Ctrl-C. */
export function studioCommand(): Command {
  return new Command('studio')
    .description('watch runs in a browser')
    .option('--port <n>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 8137)
    .option('--host <name>', 'address to listen on', '127.0.0.1')
    .addOption(resultsFlag())
    .addOption(jsonFlag())
    .addHelpText('after', '\nExample:\n  $ kirchhoff studio --results results')
    .action(async (flags: { port: number; host: string; results: string; json?: true }) => {
      const studio = await startStudio({ resultsDir: flags.results, port: flags.port, host: flags.host });
      processOutput(flags.json === true).answer({ url: studio.url }, () => `${studio.url} (Ctrl-C ends it)`);
      const stopped = async (signal: AbortSignal): Promise<void> => {
        await once(signal, 'abort');
      };
      await interruptible(stopped, () => 'the studio').finally(() => studio.close());
    });
}
