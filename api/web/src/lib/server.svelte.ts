// Is the server there? Everything that speaks to it tells; the page shows it, asks now and then, and heals.

const ASK_EVERY_MS = 1500;

class Server {
  gone = $state(false);
  /** Counts how often it came back: what depends on it looks again. */
  returns = $state(0);
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  heard(): void {
    if (!this.gone) return;
    this.gone = false;
    this.returns += 1;
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  /** Resolves when it is there again, or nobody waits for that any more. */
  returned(signal: AbortSignal): Promise<void> {
    if (!this.gone || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  lost(): void {
    this.gone = true;
    this.#timer ??= setInterval(() => void this.#ask(), ASK_EVERY_MS);
  }

  async #ask(): Promise<void> {
    const answer = await fetch('/readyz', { cache: 'no-store' }).catch(() => undefined);
    if (answer?.ok) this.heard();
  }
}

export const server = new Server();
