// Uploads that go on after a lost connection: the bytes by tus, then the file is handed over for what it is. The tus
// client is fetched when the first file is dropped: nobody waits for it to see the page.
import type { Upload } from 'tus-js-client';
import { patiently, Refusal, refusalOf, unreachable, type Performance, type Song } from './api';
import { speech } from './i18n.svelte';
import { server } from './server.svelte';

/** Pauses before a broken connection is tried again, milliseconds; after them the upload waits for the server. */
const PAUSES_MS = [0, 300, 1000, 2000];
/** Answers after which the same may succeed: another request still holds the upload, or the server is ill. */
const PASSING = [0, 409, 423];

export interface Watch {
  /** How much is there, 0 to 1. */
  sent: (share: number) => void;
  /** The connection is lost, or is there again. */
  lost: (lost: boolean) => void;
}

/** Sends a file to where songs or performances are taken in. Rejects with the API's refusal, or an `AbortError`. */
export async function send<T extends Song | Performance>(address: string, file: File, watch: Watch, signal: AbortSignal): Promise<T> {
  const { Upload } = await import('tus-js-client');
  const upload = new Upload(file, {
    endpoint: `${location.origin}/api/uploads`,
    headers: { 'accept-language': speech.language },
    retryDelays: PAUSES_MS,
    removeFingerprintOnSuccess: true,
    onProgress: (sent, all) => {
      server.heard();
      watch.sent(sent / (all || 1));
    },
    onShouldRetry: (error) => PASSING.includes(error.originalResponse?.getStatus() ?? 0) || (error.originalResponse?.getStatus() ?? 0) >= 500,
  });
  // What was begun before this page was loaded goes on.
  const [begun] = await upload.findPreviousUploads();
  if (begun) upload.resumeFromPreviousUpload(begun);
  try {
    await carried(upload, watch, signal);
    const taken = await patiently(() => handed<T>(address, upload, signal), signal);
    await upload.abort(true).catch(() => undefined);
    return taken;
  } catch (error) {
    // Neither a refused file nor one that is called off is gone on with.
    if (signal.aborted || !(error instanceof Refusal && error.passes)) await upload.abort(true).catch(() => undefined);
    throw error;
  }
}

/** Until every byte is there, however often the connection breaks. */
async function carried(upload: Upload, watch: Watch, signal: AbortSignal): Promise<void> {
  for (;;) {
    const refusal = await new Promise<Refusal | null>((resolve, reject) => {
      upload.options.onSuccess = () => resolve(null);
      upload.options.onError = (error) => {
        const answer = 'originalResponse' in error ? error.originalResponse : null;
        resolve(answer ? refusalOf(parsed(answer.getBody()), answer.getStatus(), answer.getHeader('retry-after') ?? null) : unreachable());
      };
      signal.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')), { once: true });
      upload.start();
    });
    if (!refusal) return;
    if (!refusal.passes) throw refusal;
    watch.lost(true);
    server.lost();
    await server.returned(signal);
    if (signal.aborted) throw new DOMException('cancelled', 'AbortError');
    watch.lost(false);
  }
}

/** Hands an upload over for what it is. */
async function handed<T>(address: string, upload: Upload, signal: AbortSignal): Promise<T> {
  const id = upload.url?.split('/').at(-1) ?? '';
  const asked = fetch(`${address}&upload=${encodeURIComponent(id)}`, { method: 'POST', headers: { 'accept-language': speech.language }, signal });
  const answer = await asked.catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw unreachable();
  });
  const body = parsed(await answer.text());
  if (!answer.ok) throw refusalOf(body, answer.status, answer.headers.get('retry-after'));
  return body as T;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A title out of a file's name. */
export function titleOf(name: string): string {
  const stem = name.replace(/\.[^.]{1,5}$/, '').replaceAll(/[_]+/g, ' ').trim();
  return (stem || name).slice(0, 200);
}
