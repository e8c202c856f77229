// The growing cross-edit as one video with sound: takes are appended to it as they become ready, and replaced when
// another is chosen (Media Source Extensions; iPhones have them under another name).
import { api, told, type Schemas } from './api';
import { changes, nextStart, playableUntil, type Fragment } from './growing';

type Live = Schemas['LiveView'];
const Source = (globalThis as { ManagedMediaSource?: typeof MediaSource }).ManagedMediaSource ?? globalThis.MediaSource;
/** So far before its end a part counts as played. */
const END_S = 0.06;

export class GrowingPlayer {
  time = $state(0);
  playing = $state(false);
  /** Takes that the player holds. */
  count = $state(0);
  /** The browser knows no such player, or cannot play this. */
  unable = $state(Source === undefined);
  #held = new Map<number, Fragment>();
  #source: MediaSource | undefined;
  #pictures: SourceBuffer | undefined;
  #work: Promise<void> = Promise.resolve();
  #waits = false;
  #ended = false;
  #frame = 0;

  constructor(
    private readonly id: string,
    private readonly video: HTMLVideoElement,
  ) {
    video.disableRemotePlayback = true;
    for (const event of ['play', 'pause', 'seeked', 'ended', 'waiting'] as const) {
      video.addEventListener(event, this.#seen);
    }
  }

  /** Takes in what is new. Called for every change; changes while it is at work become one. */
  look(): void {
    if (this.#waits || this.#ended || this.unable) return;
    this.#waits = true;
    this.#work = this.#work.then(async () => {
      this.#waits = false;
      await this.#grow().catch((error: unknown) => this.#fail(error));
    });
  }

  async play(from_s: number): Promise<void> {
    const start_s = playableUntil(this.#held, from_s) === null ? (nextStart(this.#held, from_s) ?? nextStart(this.#held, 0)) : from_s;
    if (start_s === null) return;
    this.video.currentTime = start_s;
    await this.video.play().catch(() => undefined);
  }

  pause(): void {
    this.video.pause();
  }

  end(): void {
    this.#ended = true;
    cancelAnimationFrame(this.#frame);
    for (const event of ['play', 'pause', 'seeked', 'ended', 'waiting'] as const) {
      this.video.removeEventListener(event, this.#seen);
    }
    this.video.pause();
    if (this.video.src) URL.revokeObjectURL(this.video.src);
    this.video.removeAttribute('src');
    this.video.load();
  }

  #seen = (): void => {
    this.playing = !this.video.paused;
    this.time = this.video.currentTime;
    cancelAnimationFrame(this.#frame);
    if (this.playing) this.#tick();
  };

  #tick(): void {
    this.time = this.video.currentTime;
    const until = playableUntil(this.#held, this.time);
    if (until === null || this.time >= until - END_S) {
      // Over an eight without a picture to the next one; after the last, back to the beginning.
      const next = nextStart(this.#held, until ?? this.time);
      if (next === null) {
        this.video.pause();
        this.video.currentTime = nextStart(this.#held, 0) ?? 0;
        return;
      }
      if (until === null || next > until + END_S) this.video.currentTime = next;
    }
    if (!this.#ended) this.#frame = requestAnimationFrame(() => this.#tick());
  }

  async #grow(): Promise<void> {
    const live = await told(api.GET('/api/choreographies/{choreography}/live', { params: { path: { choreography: this.id } } }));
    // A second source buffer is not taken once the first has pictures: both or none.
    if (this.#ended || !live.video || !live.sound) return;
    this.#pictures ??= await this.#open(live);
    const { remove, append } = changes(this.#held, live.fragments);
    for (const fragment of remove) {
      await this.#change(this.#pictures, (buffer) => buffer.remove(fragment.start_s, fragment.start_s + fragment.duration_s));
      this.#held.delete(fragment.start_frame);
    }
    for (const fragment of append) {
      await this.#append(this.#pictures, await bytes(fragment.url));
      if (this.#ended) return;
      this.#held.set(fragment.start_frame, fragment);
      this.count = this.#held.size;
    }
    this.count = this.#held.size;
  }

  async #open({ video, sound, duration_s }: Live): Promise<SourceBuffer> {
    if (!Source || !video || !sound || !Source.isTypeSupported(video.mime)) throw new DOMException('no such player', 'NotSupportedError');
    const source = new Source();
    this.#source = source;
    const opened = new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
    this.video.src = URL.createObjectURL(source);
    await opened;
    const pictures = source.addSourceBuffer(video.mime);
    const tones = source.addSourceBuffer(sound.mime);
    source.duration = duration_s;
    tones.timestampOffset = sound.timestamp_offset_s;
    const [head, music] = await Promise.all([bytes(video.init_url), bytes(sound.url)]);
    await this.#append(pictures, head);
    await this.#append(tones, music);
    return pictures;
  }

  async #append(buffer: SourceBuffer, data: ArrayBuffer): Promise<void> {
    try {
      await this.#change(buffer, (buffer) => buffer.appendBuffer(data));
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'QuotaExceededError')) throw error;
      // Very long dances in large pictures: what was seen makes room.
      const seen = [...this.#held.values()].filter((one) => one.start_s + one.duration_s < this.video.currentTime);
      for (const one of seen) this.#held.delete(one.start_frame);
      await this.#change(buffer, (buffer) => buffer.remove(0, Math.max(this.video.currentTime, 0.1)));
      await this.#change(buffer, (buffer) => buffer.appendBuffer(data));
    }
  }

  #change(buffer: SourceBuffer, change: (buffer: SourceBuffer) => void): Promise<void> {
    if (this.#ended || this.#source?.readyState !== 'open') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const over = new AbortController();
      const done = (): void => (over.abort(), resolve());
      const failed = (): void => (over.abort(), reject(new DOMException('the player takes no more', 'DataError')));
      buffer.addEventListener('updateend', done, { signal: over.signal });
      buffer.addEventListener('error', failed, { signal: over.signal });
      change(buffer);
    });
  }

  #fail(error: unknown): void {
    // What the server did not answer is asked again with the next change; what the player refuses is not.
    if (error instanceof DOMException && error.name !== 'AbortError') this.unable = true;
  }
}

async function bytes(address: string): Promise<ArrayBuffer> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.arrayBuffer();
}
