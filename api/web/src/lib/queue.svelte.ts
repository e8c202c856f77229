// Files on their way to the server, one after another.
import { sentence, type Performance, type Song } from './api';
import { send, titleOf } from './upload';

export interface Upload {
  id: number;
  name: string;
  share: number;
  /** The connection is lost; it goes on by itself. */
  lost: boolean;
  trouble: string | null;
  stop: () => void;
  again: () => void;
}

/** Uploads one after another: together they would only be slower each. */
export class Queue<T extends Song | Performance> {
  uploads = $state<Upload[]>([]);
  #next = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly address: (title: string) => string,
    private readonly onDone: (taken: T) => void,
  ) {}

  add(files: File[]): void {
    for (const file of files) this.#begin(file);
  }

  #begin(file: File): void {
    const id = (this.#next += 1);
    const stopping = new AbortController();
    const again = (): void => {
      this.#drop(id);
      this.#begin(file);
    };
    const stop = (): void => {
      stopping.abort();
      this.#drop(id);
    };
    this.uploads.push({ id, name: file.name, share: 0, lost: false, trouble: null, stop, again });
    this.#turn = this.#turn.then(() => this.#send(id, file, stopping.signal));
  }

  async #send(id: number, file: File, signal: AbortSignal): Promise<void> {
    const change = (what: Partial<Upload>): void => {
      const upload = this.uploads.find((one) => one.id === id);
      if (upload) Object.assign(upload, what);
    };
    if (signal.aborted) return;
    try {
      const taken = await send<T>(this.address(titleOf(file.name)), file, { sent: (share) => change({ share }), lost: (lost) => change({ lost }) }, signal);
      this.#drop(id);
      this.onDone(taken);
    } catch (error) {
      if (!signal.aborted) change({ trouble: sentence(error) });
    }
  }

  #drop(id: number): void {
    this.uploads = this.uploads.filter((upload) => upload.id !== id);
  }
}
