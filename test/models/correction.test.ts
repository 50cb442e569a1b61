import { describe, expect, it } from 'vitest';
import { type Correction, correctForAveraging, correctWidths, describeCorrection } from '../../models/correction.ts';

describe('correctWidths', () => {
  it('changes the distances from the median and leaves the median', () => {
    const z = Float64Array.of(70, 80, 4, 6, 9, 10, 11, 14, 18, 90);
    correctWidths(z, 2, [1, 0.5, 1.5]);
    expect(Array.from(z)).toEqual([70, 80, 1, 8, 9, 10, 11, 12, 22, 90]);
  });

  it('keeps quantiles ordered where an outer interval is narrowed to less than an inner one', () => {
    const z = Float64Array.of(-6, -5, -4, 0, 1, 2, 3);
    correctWidths(z, 0, [1, 0.4, 0.4]);
    expect(Array.from(z)).toEqual([-4, -4, -4, 0, 1, 1, 0.4 * 3]);
  });
});

describe('describeCorrection', () => {
  const correction: Correction = {
    widths: [1, 0.9, 1.15],
    folds: 8,
    forecasts: 2400,
    before: [0.53, 0.841, 0.971],
    after: [0.5, 0.803, 0.952],
  };
  it('says what the folds held and what was changed', () => {
    expect(describeCorrection(correction)).toBe(
      'On 8 folds that it had not seen, newer ones counting more, the network’s own 80 and 95 % intervals held 84.1 and 97.1 %; corrected, each fold by what the others say, 80.3 and 95.2 %. So the forecasts have the 80 % interval 10 % narrower, the 95 % interval 15 % wider.',
    );
    expect(describeCorrection({ ...correction, widths: [1, 1, 1] })).toBe(
      'On 8 folds that it had not seen, newer ones counting more, the network’s own 80 and 95 % intervals held 84.1 and 97.1 %; no correction would have improved them, so none was made.',
    );
    expect(describeCorrection(correctForAveraging(correction, [1, 0.9, 0.9]))).toBe(
      'On 8 folds that it had not seen, newer ones counting more, the network’s own 80 and 95 % intervals held 84.1 and 97.1 %; corrected, each fold by what the others say, 80.3 and 95.2 %. That was one network; the mean of several errs less and needs narrower intervals. In all, the forecasts have the 80 % interval 19 % narrower, the 95 % interval 3 % wider.',
    );
    expect(describeCorrection(correctForAveraging({ ...correction, widths: [1, 1.25, 1] }, [1, 0.8, 1]))).toContain(
      'In all, the forecasts have the intervals as they were.',
    );
    expect(describeCorrection(null)).toBe(
      'The intervals are not corrected: the series are too short to check them on 4 horizons that the network has not seen.',
    );
  });
});
