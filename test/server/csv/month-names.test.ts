import { describe, expect, test } from 'vitest';
import { LANGUAGES, languagesOf, monthIn } from '../../../server/csv/month-names.ts';
import { preview } from '../../../server/csv/preview.ts';
import { compileTimeFormat, isTimeFormat } from '../../../server/csv/time-format.ts';

const look = (cells: string[]) =>
  preview(Buffer.from(['when;v', ...cells.map((cell, i) => `${cell};${i}`)].join('\n')));

describe('months by name', () => {
  test.each([
    ['1. Januar 2021', '1. Februar 2021', '1. März 2021', 'd. MMMM@de yyyy'],
    ['1 janv. 2021', '1 févr. 2021', '1 mars 2021', 'd MMM@fr yyyy'],
    ['1 de enero de 2021', '1 de febrero de 2021', '1 de marzo de 2021', "d 'de' MMMM@es 'de' yyyy"],
    ['gennaio 2021', 'febbraio 2021', 'marzo 2021', 'MMMM@it yyyy'],
    ['1 de jan. de 2021', '1 de fev. de 2021', '1 de mar. de 2021', "d 'de' MMM@pt 'de' yyyy"],
    ['1er janvier 2021', '1er févr. 2021', '1er mars 2021', 'do@fr MMM@fr yyyy'],
    ['1º de janeiro de 2021', '1º de fevereiro de 2021', '1º de março de 2021', "do@pt 'de' MMMM@pt 'de' yyyy"],
    ['1-jan-2021', '1-feb-2021', '1-mrt-2021', 'd-MMM@nl-yyyy'],
    ['Jan 21', 'Feb 21', 'Mrz 21', 'MMM@de yy'],
    ['FÉVRIER 2021', 'mars 2021', 'AVRIL 2021', 'MMMM@fr yyyy'],
  ])('%s, %s, %s are three months, as %s', async (one, two, three, format) => {
    const shown = await look([one, two, three]);
    expect([shown.recipe.timeFormat, shown.frequency, shown.observations, shown.gaps]).toEqual([format, 'P1M', 3, 0]);
    expect(shown.series[0].start?.slice(0, 7)).toBe(/^F/.test(one) ? '2021-02' : '2021-01');
  });

  test('are English where English reads them all', async () => {
    const shown = await look(['Jan 2021', 'Feb 2021', 'Apr 2021']);
    expect(shown.recipe.timeFormat).toBe('MMM yyyy');
  });

  test.each(LANGUAGES)('of all days of a year are read back in %s as Intl writes them', (language) => {
    for (const month of ['long', 'short'] as const) {
      const write = new Intl.DateTimeFormat(language, { month, timeZone: 'UTC' });
      const format = compileTimeFormat(`d MMM@${language} yyyy`);
      const own = compileTimeFormat(`d ${month === 'long' ? 'MMMM' : 'MMM'}@${language} yyyy`);
      for (let day = 0; day < 365; day++) {
        const time = Date.UTC(2021, 0, 1 + day);
        const date = new Date(time).getUTCDate();
        expect(format.read(`${date} ${write.format(time)} 2021`)).toBe(time);
        expect(own.read(own.write(time))).toBe(time);
      }
    }
  });

  test('are told in French with the ending that its first days alone have', async () => {
    const shown = await look(['31 janvier 2021', '1er février 2021', '2 février 2021']);
    expect([shown.recipe.timeFormat, shown.frequency]).toEqual(['do@fr MMMM@fr yyyy', 'P1D']);
    const { read, write } = compileTimeFormat('do@fr MMMM@fr yyyy');
    for (const text of ['31 janvier 2021', '1er février 2021', '2 février 2021']) expect(write(read(text))).toBe(text);
  });

  test('mean one month in every language that has the word for a month', () => {
    const words = LANGUAGES.flatMap((language) =>
      (['long', 'short'] as const).flatMap((month) => {
        const write = new Intl.DateTimeFormat(language, { month, timeZone: 'UTC' });
        return Array.from({ length: 12 }, (_, m) => write.format(Date.UTC(2021, m)).replace(/\.$/, ''));
      }),
    );
    const doubtful = words.filter(
      (word) => new Set(languagesOf(word).map((language) => monthIn(language, word))).size !== 1,
    );
    expect(doubtful).toEqual([]);
  });

  test('that could be two months of their language are none: jui is June or July in French', () => {
    expect([monthIn('fr', 'jui'), monthIn('fr', 'juil'), monthIn('fr', 'juin'), monthIn('de', 'Bad')]).toEqual([
      undefined,
      7,
      6,
      undefined,
    ]);
  });

  test('are told with their line where they are none', async () => {
    const shown = await look(['1. Mai 2021', '2. Mai 2021', '3. Mia 2021', '4. Mai 2021', '32. Mai 2021']);
    expect(shown.rejected.map(({ line, found }) => [line, found])).toEqual([
      [4, '3. Mia 2021'],
      [6, '32. Mai 2021'],
    ]);
  });

  test('are of a language that is known, in a pattern', () => {
    expect(['MMM@de yyyy', 'MMMM@nl yyyy', 'MMM@xx yyyy', 'MMM@ yyyy'].map(isTimeFormat)).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });
});
