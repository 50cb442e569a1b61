/** A text as the stream that a file is read from. */
export async function* once(text: string) {
  yield Buffer.from(text);
}

/** A file of days with these columns, cell by cell. */
export function fileOf(columns: Record<string, string[]>, from = 1): string {
  const names = Object.keys(columns);
  const rows = columns[names[0]].map((_, i) =>
    [`2021-01-${String(from + i).padStart(2, '0')}`, ...names.map((name) => columns[name][i])].join(';'),
  );
  return ['date', ...names].join(';').concat('\n', rows.join('\n'), '\n');
}
