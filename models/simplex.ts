/**
 * Minimises a function of a few parameters without derivatives (Nelder & Mead 1965; coefficients 1, 2, 1/2, 1/2), each kept in
 * its bounds by clamping. Deterministic. `start` and `step`: [parameters], `step` the size of the first simplex; stops when the
 * values at the corners agree to `tolerance` (relative) or after `evaluations`. A cost that is not a number counts as infinite.
 */
export function minimise(
  cost: (parameters: Float64Array) => number,
  start: readonly number[],
  step: readonly number[],
  bounds: readonly (readonly [number, number])[],
  { tolerance = 1e-6, evaluations = 400 }: { tolerance?: number; evaluations?: number } = {},
): { parameters: Float64Array; cost: number } {
  const size = start.length;
  let left = evaluations;
  const corner = (at: ArrayLike<number>) => {
    const parameters = Float64Array.from(bounds, ([low, high], i) => Math.min(Math.max(at[i], low), high));
    left--;
    const value = cost(parameters);
    return { parameters, cost: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  const simplex = [corner(start)];
  for (let i = 0; i < size; i++) {
    // A first step out of bounds would be clamped onto the start and flatten the simplex: step the other way.
    const stepped = start[i] + step[i] <= bounds[i][1] ? start[i] + step[i] : start[i] - step[i];
    simplex.push(corner(start.map((v, j) => (j === i ? stepped : v))));
  }
  const centre = new Float64Array(size);
  const along = (from: Float64Array, by: number) => corner(centre.map((c, i) => c + by * (from[i] - c)));
  for (;;) {
    simplex.sort((a, b) => a.cost - b.cost);
    const [best, worst] = [simplex[0], simplex[size]];
    if (left <= 0 || !(worst.cost - best.cost > tolerance * (Math.abs(best.cost) + 1e-12))) return best;
    centre.fill(0);
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) centre[j] += simplex[i].parameters[j] / size;
    const reflected = along(worst.parameters, -1);
    if (reflected.cost < best.cost) {
      const expanded = along(worst.parameters, -2);
      simplex[size] = expanded.cost < reflected.cost ? expanded : reflected;
    } else if (reflected.cost < simplex[size - 1].cost) simplex[size] = reflected;
    else {
      const contracted = reflected.cost < worst.cost ? along(reflected.parameters, 0.5) : along(worst.parameters, 0.5);
      if (contracted.cost < Math.min(reflected.cost, worst.cost)) simplex[size] = contracted;
      else {
        for (let i = 1; i <= size; i++) {
          simplex[i] = corner(simplex[i].parameters.map((v, j) => best.parameters[j] + 0.5 * (v - best.parameters[j])));
        }
      }
    }
  }
}
