import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/surrogate/csv.js';

describe('parseCsv', () => {
  it('reads back what was quoted, whatever the fields hold', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '1', ',', '"', '\n', ' ', '(') });
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      );
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, ending, closed) => {
        const quoted = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(','));
        const { columns, rows: others } = parseCsv(quoted.join(ending) + (closed ? ending : ''));
        expect([columns, ...others]).toEqual(rows);
      }),
    );
  });

  it('reads plain fields, empty ones at the end too, and skips empty lines', () => {
    expect(parseCsv('\uFEFFa,b,c\r\n1,,3\n\n4,5,\n"x ""y""",,')).toEqual({
      columns: ['a', 'b', 'c'],
      rows: [
        ['1', '', '3'],
        ['4', '5', ''],
        ['x "y"', '', ''],
      ],
    });
    expect(parseCsv('')).toEqual({ columns: [], rows: [] });
  });

  it('refuses rows with fewer or more fields than the header, such as the last one of a file that was cut off', () => {
    expect(() => parseCsv('a,b,c\n1,2,3\n\n4,0.')).toThrow('row 2: 2 fields, where the header has 3');
    expect(() => parseCsv('a,b\n1')).toThrow('row 1: 1 field, where the header has 2');
    expect(() => parseCsv('a,b\n1,2,3\n4,5')).toThrow('row 1: 3 fields, where the header has 2');
    expect(() => parseCsv('a\n1\n2,\n')).toThrow('row 2: 2 fields, where the header has 1');
  });

  it('refuses a quote left open and text after a quote', () => {
    expect(() => parseCsv('a,b\n"1,2\n')).toThrow('line 2');
    expect(() => parseCsv('a,b\n"1"x,2\n')).toThrow('line 2');
  });
});
