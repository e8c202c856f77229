// A running service, as users start it, on a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAST, film, song } from './content';
import { EIGHTCOUNT, OUT, ROOT } from './places';

const READY_WITHIN_MS = 90_000;
/** A data folder that is kept between runs, for who works on the stories. */
const KEPT = process.env.EIGHTCOUNT_STUDIO_LIBRARY;

export async function until<T>(what: string, within_ms: number, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + within_ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

export class Service {
  readonly folder = mkdtempSync(join(tmpdir(), 'eightcount-studio-'));
  readonly data = join(this.folder, 'data');
  readonly songFile = join(this.folder, 'chaosland.ogg');
  address = '';
  #process: ChildProcess | undefined;

  /** Starts it; again on the port it had before. */
  async start(): Promise<void> {
    mkdirSync(OUT, { recursive: true });
    if (KEPT && existsSync(KEPT) && !existsSync(this.data)) cpSync(KEPT, this.data, { recursive: true });
    const log = createWriteStream(join(OUT, 'service.log'), { flags: 'a' });
    const port = this.address ? new URL(this.address).port : '0';
    const path = `${join(ROOT, '.tools/bin')}:${process.env.PATH}`;
    const started = spawn(EIGHTCOUNT, ['up', '--data', this.data, '--port', port], { env: { ...process.env, PATH: path } });
    this.#process = started;
    started.stdout.pipe(log);
    started.stderr.pipe(log);
    const facts = await until('the service is up', READY_WITHIN_MS, async () => {
      if (started.exitCode !== null) throw new Error(`the service ended with ${started.exitCode}: see tests/out/service.log`);
      const text = await readFile(join(this.data, 'eightcount.json'), 'utf8').catch(() => '');
      const told = text ? (JSON.parse(text) as { pid: number; api_url: string }) : undefined;
      return told?.pid === started.pid && told;
    });
    this.address = facts.api_url.replace(/\/$/, '');
    await until('every part answers', READY_WITHIN_MS, async () => (await fetch(`${this.address}/readyz`).catch(() => undefined))?.ok);
  }

  /** Stops it like an operator does, or kills it like a power cut. */
  async stop(how: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(how);
    await ended;
  }

  async end(): Promise<void> {
    await this.stop();
    // For quick work on the stories: the library that was taken in is taken from there the next time.
    if (KEPT && !existsSync(KEPT)) cpSync(this.data, KEPT, { recursive: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  async read<T>(path: string): Promise<T> {
    const answer = await fetch(this.address + path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** The files that stories upload: a song, and a film of each dancer. */
  prepare(): void {
    song(this.songFile);
    for (const cast of CAST) film(cast, this.film(cast.who));
  }

  /** Where the film of a dancer is. */
  film(who: string): string {
    return join(this.folder, `${who[0]!.toUpperCase()}${who.slice(1)}_dances.mp4`);
  }
}
