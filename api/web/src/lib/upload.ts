// Uploads with progress: `fetch` does not tell how much it has sent.
import { refusalOf, unreachable, type Schemas } from './api';
import { speech } from './i18n.svelte';
import { server } from './server.svelte';

export interface Sent {
  /** 0 to 1. */
  share: number;
}

/** Sends a file; `onSent` hears how far it is. Rejects with the API's refusal, or with an `AbortError`. */
export function send<T extends Schemas['SongView'] | Schemas['PerformanceView']>(
  address: string,
  file: Blob,
  onSent: (share: number) => void,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', address);
    request.responseType = 'json';
    request.setRequestHeader('accept-language', speech.language);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.addEventListener('progress', (event) => onSent(event.loaded / (event.total || 1)));
    request.addEventListener('load', () => {
      server.heard();
      if (request.status >= 200 && request.status < 300) resolve(request.response as T);
      else reject(refusalOf(request.response, request.status, request.getResponseHeader('retry-after')));
    });
    request.addEventListener('error', () => {
      server.lost();
      reject(unreachable());
    });
    request.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

/** A title out of a file's name. */
export function titleOf(name: string): string {
  const stem = name.replace(/\.[^.]{1,5}$/, '').replaceAll(/[_]+/g, ' ').trim();
  return (stem || name).slice(0, 200);
}
