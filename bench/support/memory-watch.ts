import { memoryMb } from './cpu';

const EVERY_MS = 50;

/** Watches the resident memory of a process. */
export class MemoryWatch {
  private readonly readings: { at: number; mb: number }[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.read();
    this.timer = setInterval(() => this.read(), EVERY_MS);
  }

  /** Ends the watch. MiB; null where it can't be read. */
  stop(): { startMb: number | null; endMb: number | null; peakMb: number | null } {
    clearInterval(this.timer);
    this.read();
    const { readings } = this;
    if (readings.length === 0) return { startMb: null, endMb: null, peakMb: null };
    const peakMb = Math.max(...readings.map(({ mb }) => mb));
    return { startMb: readings[0]!.mb, endMb: readings.at(-1)!.mb, peakMb };
  }

  /** The memory at a moment in milliseconds since 1970. */
  at(moment: number): number | null {
    return this.readings.findLast(({ at }) => at <= moment)?.mb ?? null;
  }

  private read(): void {
    const mb = memoryMb(this.pid);
    if (mb !== null) this.readings.push({ at: Date.now(), mb });
  }
}
