/** A cell as it is shown in a message: the first eighty characters. */
export function excerpt(cell: string): string {
  return cell.length > 80 ? `${cell.slice(0, 79)}…` : cell;
}

/** Names of columns in a sentence: the first twenty, quoted. */
export function quotedNames(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `"${excerpt(name)}"`);
  return names.length > 20 ? `${shown.join(', ')} and ${names.length - 20} more` : shown.join(', ');
}
