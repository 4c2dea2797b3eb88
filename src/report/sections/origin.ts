import { stringify } from 'yaml';
import { type Html, html } from '../html.js';
import type { ReportData } from '../report-data.js';

/** Everything needed to run it again: seed, versions, machine, configuration. */
export function originSection(data: ReportData): Html {
  const { seed, program, environment, surrogate, config, crossbar, id } = data;
  const facts: Record<string, string | number> = {
    run: id,
    seed,
    version: `${program.name} ${program.version}`,
    crossbar,
    ...environment,
    ...Object.fromEntries(Object.entries(surrogate).map(([key, value]) => [`surrogate: ${key}`, value])),
  };
  return html`<section id="origin"><h2>How this was made</h2>
<dl>${Object.entries(facts).map(([key, value]) => html`<dt>${key}</dt><dd>${value}</dd>`)}</dl>
<h3>Configuration</h3><pre>${stringify(config)}</pre></section>`;
}
