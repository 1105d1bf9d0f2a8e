const WINDOW = 180_000;
const LIMIT = 5;

/** When a server that ended by itself is started again: after 1, 2, 4, 8 and 16 s, then no more within three minutes. */
export class Restarts {
  private ends: number[] = [];

  /** Milliseconds to wait after an end at `now` (milliseconds); undefined to give up. */
  next(now: number): number | undefined {
    this.ends = [...this.ends.filter((end) => now - end < WINDOW), now];
    return this.ends.length > LIMIT ? undefined : 1000 * 2 ** (this.ends.length - 1);
  }

  clear(): void {
    this.ends = [];
  }
}
