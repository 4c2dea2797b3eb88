import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowJournal } from '../../../src/search/collect/row-journal.js';
import { parseCsv } from '../../../src/surrogate/csv.js';

const columns = ['number', 'text', 'value'] as const;
const newFile = () => join(mkdtempSync(join(tmpdir(), 'kirchhoff-rows-')), 'rows.csv');
const row = (number: number) => ({ number, text: `{"a":${number},"b":"x, y"}`, value: number / 3 });

describe('a journal of rows', () => {
  it('stands in the order of the numbers once finished, whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 10, 11, 100], { minLength: 1 }), (order) => {
        const file = newFile();
        const journal = new RowJournal(file, columns);
        for (const number of order) journal.add(number, row(number));
        journal.finish();
        const table = parseCsv(readFileSync(file, 'utf8'));
        const sorted = [...order].sort((a, b) => a - b);
        expect(table.columns).toEqual([...columns]);
        expect(table.rows).toEqual(sorted.map((n) => [String(n), row(n).text, String(row(n).value)]));
      }),
      { numRuns: 40 },
    );
  });

  it('counts the rows whose last column is filled in, also those of an earlier opening', () => {
    const file = newFile();
    const journal = new RowJournal(file, columns);
    journal.add(0, row(0));
    journal.add(1, { number: 1, text: 'a, b,', value: null });
    journal.add(2, { number: 2, text: 'x', value: 'out of memory, twice,' });
    expect(journal.filled).toBe(2);
    expect(new RowJournal(file, columns).filled).toBe(2);
  });

  it('keeps every whole row of a file that was cut anywhere, and takes the others again', () => {
    const file = newFile();
    const journal = new RowJournal(file, columns);
    for (let n = 0; n < 5; n++) journal.add(n, row(n));
    const whole = readFileSync(file, 'utf8');
    fc.assert(
      fc.property(fc.nat(whole.length), (length) => {
        const cut = newFile();
        writeFileSync(cut, whole.slice(0, length));
        const reopened = new RowJournal(cut, columns);
        expect(reopened.size).toBe(Math.max(0, whole.slice(0, length).split('\n').length - 2));
        for (let n = 0; n < 5; n++) if (!reopened.has(n)) reopened.add(n, row(n));
        reopened.finish();
        expect(readFileSync(cut, 'utf8')).toBe(whole);
      }),
      { numRuns: 60 },
    );
  });
});
