/** Where runs are kept unless a command is told otherwise. */
export const defaultResults = 'results';

/** The command that carries on with a run, as it can be typed into a shell. */
export function resumeHint(id: string, resultsDir: string): string {
  return `kirchhoff resume ${id}${resultsDir === defaultResults ? '' : ` --results ${shellWord(resultsDir)}`}`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
