/** A test for cells that stand for "no value": the empty cell and the markers, whatever their case. Cells come trimmed. */
export function createMissingTest(markers: readonly string[]): (cell: string) => boolean {
  const known = new Set(markers.map((marker) => marker.trim().toLowerCase()));
  const longest = Math.max(0, ...[...known].map((marker) => marker.length));
  return (cell) => {
    if (cell.length === 0) return true;
    if (cell.length > longest) return false;
    const first = cell.charCodeAt(0);
    // A digit first is a number in nearly every cell there is, and no usual marker.
    if (first >= 48 && first <= 57 && !known.has(cell)) return false;
    return known.has(cell) || known.has(cell.toLowerCase());
  };
}
