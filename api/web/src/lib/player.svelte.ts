// The song's sound: where it is now, a part of it again and again, and clicks on its beats to judge the grid by.
import { countAt, lastAtOrBefore, type Span } from './beats';

/** How far ahead clicks are handed to the sound card, seconds. */
const AHEAD_S = 0.15;

/** Plays one song. Videos follow its clock. */
export class SongPlayer {
  readonly audio = new Audio();
  time = $state(0);
  playing = $state(false);
  clicking = $state(false);
  loop = $state<Span | null>(null);
  beats: readonly number[] = [];
  eights: readonly Span[] = [];
  #frame = 0;
  #sound: AudioContext | undefined;
  #clicked = -1;

  constructor(address: string) {
    this.audio.preload = 'metadata';
    this.audio.src = address;
    for (const event of ['play', 'pause', 'ended']) {
      this.audio.addEventListener(event, () => {
        this.playing = !this.audio.paused;
        if (this.playing) this.#tick();
      });
    }
    this.audio.addEventListener('seeked', () => {
      this.time = this.audio.currentTime;
      this.#clicked = -1;
    });
  }

  /** From a time, or from where it is. */
  async play(from?: number): Promise<void> {
    if (from !== undefined) this.seek(from);
    else if (this.loop && (this.time < this.loop.start_s - 0.3 || this.time >= this.loop.end_s)) this.seek(this.loop.start_s);
    // A browser that has not been touched yet may refuse to make a sound; the next touch plays.
    await this.audio.play().catch(() => undefined);
  }

  pause(): void {
    this.audio.pause();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else void this.play();
  }

  seek(time: number): void {
    this.time = Math.max(0, time);
    this.audio.currentTime = this.time;
  }

  end(): void {
    cancelAnimationFrame(this.#frame);
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
    void this.#sound?.close();
  }

  #tick(): void {
    cancelAnimationFrame(this.#frame);
    const step = (): void => {
      this.time = this.audio.currentTime;
      if (this.loop && this.time >= this.loop.end_s) this.seek(this.loop.start_s);
      if (this.clicking) this.#click();
      if (!this.audio.paused) this.#frame = requestAnimationFrame(step);
    };
    step();
  }

  #click(): void {
    this.#sound ??= new AudioContext();
    const last = lastAtOrBefore(this.beats, this.time + AHEAD_S);
    if (this.#clicked < 0) this.#clicked = lastAtOrBefore(this.beats, this.time);
    for (let beat = this.#clicked + 1; beat <= last; beat += 1) {
      const at = this.beats[beat] ?? 0;
      if (this.loop && at >= this.loop.end_s) break;
      const delay = Math.max(0, (at - this.time) / this.audio.playbackRate);
      const one = countAt(this.beats, this.eights, at + 0.002) === 1;
      beep(this.#sound, this.#sound.currentTime + delay, one ? 1760 : 1100);
    }
    this.#clicked = Math.max(this.#clicked, last);
  }
}

/** A short click, higher on the one. */
function beep(sound: AudioContext, at: number, pitch_hz: number): void {
  const tone = sound.createOscillator();
  const loudness = sound.createGain();
  tone.frequency.value = pitch_hz;
  loudness.gain.setValueAtTime(0.35, at);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.05);
  tone.connect(loudness).connect(sound.destination);
  tone.start(at);
  tone.stop(at + 0.06);
}
