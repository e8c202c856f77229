// Something that is fetched when a view opens, again when the server came back or the language changed.
import { sentence } from './api';
import { speech } from './i18n.svelte';
import { server } from './server.svelte';

export class Loaded<T> {
  value = $state.raw<T | null>(null);
  trouble = $state<string | null>(null);
  #asked = 0;

  /** Call while a component is being set up. `everyMs` tells, from what is there, when to look again. */
  constructor(
    private readonly ask: () => Promise<T>,
    everyMs: (value: T) => number | null = () => null,
  ) {
    $effect(() => {
      void server.returns;
      void speech.language;
      void this.again();
    });
    $effect(() => {
      const pause = this.value === null ? null : everyMs(this.value);
      if (pause === null) return undefined;
      const timer = setTimeout(() => void this.again(), pause);
      return () => clearTimeout(timer);
    });
  }

  async again(): Promise<void> {
    const asked = (this.#asked += 1);
    try {
      const value = await this.ask();
      if (asked !== this.#asked) return;
      this.value = value;
      this.trouble = null;
    } catch (error) {
      if (asked === this.#asked) this.trouble = sentence(error);
    }
  }
}
