import { Argument, Command, InvalidArgumentError } from 'commander';
import { cifar10Archive, defaultDataFolder, downloadCifar10 } from '../../data/index.js';
import { jsonFlag, outputPath } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { processOutput } from '../output.js';
import { byteProgress } from '../progress.js';

/** `kirchhoff data`: fetches a public data set, checked and complete or not at all. */
export function dataCommand(): Command {
  return new Command('data')
    .description('download a data set')
    .addArgument(new Argument('<set>', 'which data set').choices(['cifar10']))
    .option(
      '--to <folder>',
      'where to put it (must not exist yet, or be empty)',
      outputPath,
      defaultDataFolder('cifar10'),
    )
    .option('--url <url>', 'a mirror of the official archive (the same bytes)', webAddress, cifar10Archive.url)
    .option('--md5 <digest>', 'checksum the archive must have', md5Digest, cifar10Archive.md5)
    .addOption(jsonFlag())
    .addHelpText('after', '\nExample:\n  $ kirchhoff data cifar10 --to data/cifar10')
    .action(async (set: string, flags: { to: string; url: string; md5: string; json?: true }) => {
      const output = processOutput(flags.json === true);
      const progress = byteProgress(output, `downloading ${set}`);
      const download = (signal: AbortSignal): Promise<string[]> =>
        downloadCifar10(flags.to, { url: flags.url, md5: flags.md5, signal, onProgress: progress.update });
      const files = await interruptible(
        download,
        () => 'the download was interrupted; nothing was left behind',
      ).finally(progress.stop);
      output.answer({ set, folder: flags.to, files }, () => `${files.length} files of ${set} are in ${flags.to}`);
    });
}

function webAddress(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError(`found ${JSON.stringify(text)}, accepted is an address of http:// or https://`);
}

function md5Digest(text: string): string {
  if (/^[\da-f]{32}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError(`found ${JSON.stringify(text)}, accepted are 32 hexadecimal digits`);
}
