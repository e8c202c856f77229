// A running service, as users start it, on a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAST, film, song } from './content';
import { EIGHTCOUNT, OUT, ROOT } from './places';

const READY_WITHIN_MS = 90_000;
const INGESTED_WITHIN_MS = 240_000;

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
    rmSync(this.folder, { recursive: true, force: true });
  }

  async read<T>(path: string): Promise<T> {
    const answer = await fetch(this.address + path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** The song's file, and a published library. */
  async prepare(): Promise<void> {
    song(this.songFile);
    const ids: string[] = [];
    for (const cast of CAST) {
      const file = join(this.folder, `${cast.who}.mp4`);
      film(cast, file);
      const name = cast.who[0]!.toUpperCase() + cast.who.slice(1);
      const address = `${this.address}/api/performances?title=${name}%20dances&credit=Code.org%2C%20Apache-2.0`;
      const answer = await fetch(address, { method: 'POST', body: readFileSync(file), headers: { 'content-type': 'application/octet-stream' } });
      const taken = (await answer.json()) as { id: string; detail?: string };
      if (!answer.ok) throw new Error(`${cast.who}: ${taken.detail}`);
      ids.push(taken.id);
    }
    for (const id of ids) {
      await until(`${id} is published`, INGESTED_WITHIN_MS, async () => {
        const { status, failure } = await this.read<{ status: string; failure: string }>(`/api/performances/${id}`);
        if (status === 'failed') throw new Error(`an ingest failed: ${failure}`);
        return status === 'published';
      });
    }
  }
}
