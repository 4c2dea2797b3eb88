import { expect, test } from 'vitest';
import {
  accuracyOver,
  count,
  driftTime,
  html,
  percentSpread,
  points,
  raw,
  si,
  textTable,
  toCsv,
  workingTime,
} from '../../src/report/index.js';

test('numbers read as people write them', () => {
  expect(percentSpread({ mean: 0.8312, std: 0.004 })).toBe('83.1 ± 0.4 %');
  expect(percentSpread({ mean: 0.8312, std: 0, repeats: 1 })).toBe('83.1 %');
  expect(accuracyOver({ mean: 0.8312, std: 0.004, repeats: 5 })).toBe('83.1 ± 0.4 % (5 programmings)');
  expect(accuracyOver({ mean: 0.8312, std: 0, repeats: 1 })).toBe('83.1 % (1 programming)');
  expect(points(-0.0121)).toBe('−1.2 points');
  expect([999, 77_360, 1_866_536, 5e9].map(count)).toEqual(['999', '77.4 k', '1.87 M', '5 G']);
  expect([5.3615e-4, 13.43e-9, 0.43e-12, 2, 0].map((value) => si(value, 's'))).toEqual([
    '536 µs',
    '13.4 ns',
    '0.43 ps',
    '2 s',
    '0 s',
  ]);
  expect([1, 90, 3_600, 86_400, 2_592_000].map(driftTime)).toEqual(['1 s', '1.5 min', '1 h', '1 day', '30 days']);
  expect([12.4, 252, 7_300].map(workingTime)).toEqual(['12 s', '4 min 12 s', '2 h 1 min']);
});

test('a text table has aligned columns and no trailing blanks', () => {
  const table = textTable<{ name: string; energy: string }>(
    [
      { title: 'name', text: ({ name }) => name },
      { title: 'energy', number: true, text: ({ energy }) => energy },
    ],
    [
      { name: 'resnet8', energy: '60 µJ' },
      { name: 'ds', energy: '1 J' },
    ],
  );
  expect(table).toBe('name     energy\n-------  ------\nresnet8   60 µJ\nds          1 J');
  expect(textTable([{ title: 'none', text: String }], [])).toBe('none\n----');
});

test('CSV quotes what must be quoted and defuses formulas', () => {
  const rows = [
    { name: 'a "b", c', value: 1.5 },
    { name: '=1+1', value: null, more: true },
  ];
  expect(toCsv(rows)).toBe('name,value,more\r\n"a ""b"", c",1.5,\r\n\'=1+1,,true\r\n');
});

test('HTML escapes what is put in, except HTML', () => {
  expect(html`<p title="${'"x"'}">${['a<b', raw('<i>c</i>')]} ${1}</p>`.text).toBe(
    '<p title="&#34;x&#34;">a&#60;b<i>c</i> 1</p>',
  );
});
