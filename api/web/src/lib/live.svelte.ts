// A choreography as it is on the server, followed: the stream of events, opened again whenever it ends early.
import { api, told, type Dance } from './api';
import { isClosed } from './dance';
import { server } from './server.svelte';

export class LiveDance {
  dance = $state.raw<Dance | null>(null);
  refusal = $state.raw<unknown>(null);
  #events: EventSource | undefined;
  #ended = false;

  constructor(
    readonly id: string,
    private readonly onChange: (before: Dance | null, now: Dance) => void = () => undefined,
  ) {
    void this.look();
    this.follow();
    document.addEventListener('visibilitychange', this.#seen);
  }

  #seen = (): void => {
    if (document.hidden) return this.#events?.close();
    void this.look();
    this.follow();
  };

  /** Asks for the state: after a change of ours, so that the page need not wait for the stream. */
  async look(): Promise<void> {
    try {
      this.take(await told(api.GET('/api/choreographies/{choreography}', { params: { path: { choreography: this.id } } })));
      this.refusal = null;
    } catch (refusal) {
      if (!this.dance) this.refusal = refusal;
    }
  }

  /** The newer of what is known and what came. */
  take(now: Dance): void {
    const before = this.dance;
    if (this.#ended || (before && before.version >= now.version)) return;
    this.dance = now;
    this.onChange(before, now);
  }

  /** Opens the stream, unless one is open. A tab that nobody sees holds none: a browser has six connections for all. */
  follow(): void {
    if (this.#ended || document.hidden || (this.#events && this.#events.readyState !== EventSource.CLOSED)) return;
    const events = new EventSource(`/api/choreographies/${this.id}/events`);
    this.#events = events;
    events.addEventListener('state', (event) => {
      server.heard();
      this.take(JSON.parse(event.data as string) as Dance);
      if (this.dance && isClosed(this.dance)) events.close();
    });
    events.addEventListener('open', () => server.heard());
    events.addEventListener('error', () => {
      // A stream that ended because the choreography did is no loss.
      if (this.#events === events && !(this.dance && isClosed(this.dance)) && this.dance) server.lost();
    });
  }

  end(): void {
    this.#ended = true;
    document.removeEventListener('visibilitychange', this.#seen);
    this.#events?.close();
  }
}
