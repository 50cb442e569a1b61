/** A whole number from 1 that was given as `--name text`; an Error that says so for anything else. */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name}: found ${text}, expected a whole number above 0`);
}
