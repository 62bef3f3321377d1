import { SingleBar } from 'cli-progress';

const LINE_EVERY_MS = 2000;

/** How far a long task has come. */
export interface Progress {
  /** Work done and work in all, in any one unit (bytes, rows); time left is worked out from them. */
  done: number;
  total: number;
  /** Rows handled so far, of which the rate is shown. */
  rows: number;
}

/** Shows progress; `finish` must be called, also after a failure, to leave the terminal in order. */
export interface ProgressReporter {
  update(progress: Progress): void;
  finish(): void;
}

/** What a reporter is made of. */
export interface ProgressOptions {
  /** What is being done, such as "reading" or "writing". */
  label: string;
  /** A terminal gets a bar; anything else gets a line every 2 seconds and one at the end. */
  stream?: NodeJS.WritableStream & { isTTY?: boolean };
  /** Milliseconds, from any beginning. */
  now?: () => number;
}

/** A duration in seconds as people say it: "42s", "3m 05s", "2h 07m"; "?" when it is not known. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.ceil(seconds);
  const two = (part: number) => String(part).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}

interface Pace {
  percent: string;
  rows: string;
  rate: string;
  elapsed: string;
  left: string;
}

function measure({ done, total, rows }: Progress, elapsedMs: number): Pace {
  const elapsed = elapsedMs / 1000;
  const share = total === 0 ? 1 : Math.min(done / total, 1);
  const rate = elapsed === 0 ? 0 : Math.round(rows / elapsed);
  return {
    percent: `${Math.floor(share * 100)}%`,
    rows: rows.toLocaleString('en-US'),
    rate: rate.toLocaleString('en-US'),
    elapsed: formatDuration(elapsed),
    left:
      share === 1 ? '0s' : formatDuration(share === 0 ? Infinity : (elapsed / share) * (1 - share)),
  };
}

/** Shows the progress of one task, on standard error unless told otherwise. */
export function createProgressReporter(options: ProgressOptions): ProgressReporter {
  const { label, stream = process.stderr, now = () => performance.now() } = options;
  const show = stream.isTTY === true ? showBar(label, stream) : showLines(label, stream, now);
  const started = now();
  let latest: Progress = { done: 0, total: 0, rows: 0 };
  let finished = false;
  return {
    update(progress) {
      latest = progress;
      if (!finished) show.update(progress, measure(progress, now() - started));
    },
    finish() {
      if (finished) return;
      finished = true;
      show.finish(measure(latest, now() - started));
    },
  };
}

interface Display {
  update(progress: Progress, pace: Pace): void;
  finish(pace: Pace): void;
}

function showBar(label: string, stream: NodeJS.WritableStream): Display {
  const bar = new SingleBar({
    stream,
    format: `${label} [{bar}] {percent} | {rows} rows | {rate} rows/s | {left} left`,
    hideCursor: true,
    barsize: 30,
  });
  let running = false;
  return {
    update({ done, total }, pace) {
      if (!running) bar.start(total, done, pace);
      running = true;
      bar.setTotal(total);
      bar.update(done, pace);
    },
    finish(pace) {
      if (running) bar.update(pace);
      bar.stop();
    },
  };
}

function showLines(label: string, stream: NodeJS.WritableStream, now: () => number): Display {
  let shownAt = now();
  let updated = false;
  return {
    update(_, { percent, rows, rate, left }) {
      updated = true;
      if (now() - shownAt < LINE_EVERY_MS) return;
      shownAt = now();
      stream.write(`${label}: ${percent}, ${rows} rows, ${rate} rows/s, ${left} left\n`);
    },
    finish({ percent, rows, rate, elapsed }) {
      if (!updated) return;
      stream.write(`${label}: ${percent}, ${rows} rows in ${elapsed}, ${rate} rows/s\n`);
    },
  };
}
