/** Where a bar is drawn: `process.stderr`, or a stand-in of a test. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressStep {
  /** What is being done, in words. */
  readonly phase: string;
  /** Share of the whole, 0 to 1. */
  readonly done: number;
  /** More for those who watch: an epoch, a loss. */
  readonly note?: string;
  readonly secondsLeft?: number | null;
}

export interface ProgressBar {
  show(step: ProgressStep): void;
  /** Wipes the bar, so that what is printed next starts on a clean line. */
  clear(): void;
}

/** One line that is drawn over and over on a terminal; nothing at all where output is a pipe or a file. */
export function progressBar(terminal: Terminal): ProgressBar {
  if (!terminal.isTTY) return { show: () => {}, clear: () => {} };
  let drawn = '';
  return {
    show(step) {
      // One column stays free: a full line makes some terminals wrap, and the bar would climb down the screen.
      const line = render(step, (terminal.columns || 80) - 1);
      if (line === drawn) return;
      drawn = line;
      terminal.write(`\r\x1b[2K${line}`);
    },
    clear() {
      if (drawn !== '') terminal.write('\r\x1b[2K');
      drawn = '';
    },
  };
}

const BAR = 24;

// What changes stands in front: a narrow terminal cuts the words, not the figures.
function render({ phase, done, note, secondsLeft }: ProgressStep, width: number): string {
  const share = Math.min(1, Math.max(0, Number.isFinite(done) ? done : 0));
  const full = Math.floor(share * BAR);
  const left = secondsLeft === undefined || secondsLeft === null ? '' : `about ${duration(secondsLeft)} left`;
  return [
    `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${String(Math.floor(share * 100)).padStart(3)} %`,
    left,
    note ?? '',
    phase,
  ]
    .filter((part) => part !== '')
    .join('  ')
    .slice(0, width);
}

/** Seconds as a person says them: `8 s`, `3 min`, `2 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
