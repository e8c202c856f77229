// Choosing: the candidates of the eight that is looked at, and the user's changes, each made on a revision.
import { api, patiently, Refusal, sentence, told, waited, type Candidates, type Dance, type Transition } from './api';
import { speech, t } from './i18n.svelte';
import type { LiveDance } from './live.svelte';

/** While previews are being rendered, how often to look which are there. */
const PREVIEWS_EVERY_MS = 1000;

/** Candidates that are kept, so that going back and forth shows them at once. */
const KEPT = 32;

/** A step, which way round, and how it is entered. */
interface Way {
  step: string;
  mirrored: boolean;
  transition?: Transition;
}

interface Undo {
  eight: number;
  /** What was chosen before; none when nothing was. */
  before: Way | null;
}

export interface Wish extends Way {
  eight: number;
}

export class Choosing {
  offered = $state.raw<Candidates | null>(null);
  /** Why a change was not made. */
  trouble = $state<string | null>(null);
  /** Why there are no candidates. */
  missing = $state<string | null>(null);
  /** A choice that another tab's change came before. */
  overtaken = $state.raw<Wish | null>(null);
  busy = $state(false);
  undos = $state.raw<readonly Undo[]>([]);
  /** The rest is being chosen. */
  finding = $state(false);
  /** Candidates by what they were asked for. */
  #known = new Map<string, Candidates>();
  #eight = -1;
  /** The eight whose candidates are known to the server and not shown yet. */
  #awaited = -1;
  #asking = new AbortController();
  /** The newest change, as long as it is on its way. */
  #last: Promise<unknown> = Promise.resolve();
  /** The choice that is on its way, in words: pressed twice, it is one. */
  #wished: { wish: string; made: Promise<boolean> } | null = null;

  constructor(private readonly live: LiveDance) {}

  /** Shows the candidates of an eight as soon as they are there, and keeps an eye on their previews. */
  show(eight: number): void {
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.missing = null;
    if (this.#eight !== eight) {
      this.#eight = eight;
      this.trouble = null;
      this.overtaken = null;
    }
    // For whoever measures: since when the server has candidates, and when they are shown.
    if (this.live.dance?.eights[eight]?.suggestion && this.#awaited !== eight) {
      performance.mark('candidates-known');
      this.#awaited = eight;
    }
    const known = this.#known.get(keyOf(this.live.dance, eight));
    if (known) this.offered = known;
    else if (this.offered?.eight !== eight) this.offered = null;
    void this.#ask(eight, asking.signal);
  }

  end(): void {
    this.#asking.abort();
  }

  async #ask(eight: number, signal: AbortSignal): Promise<void> {
    const path = { choreography: this.live.id, eight };
    try {
      for (;;) {
        const offered = await patiently(
          () => told(api.GET('/api/choreographies/{choreography}/eights/{eight}/candidates', { params: { path }, signal })),
          signal,
        );
        if (signal.aborted) return;
        if (this.offered?.eight !== eight) performance.mark('candidates-shown');
        this.#awaited = -1;
        this.offered = offered;
        this.#keep(eight, offered);
        this.#fetchBeside(eight, signal);
        if (!this.live.dance?.options.previews || offered.candidates.every((candidate) => candidate.preview_ready)) return;
        await waited(PREVIEWS_EVERY_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.missing = sentence(error);
    }
  }

  #keep(eight: number, offered: Candidates): void {
    // An answer about another state than the one that is shown would be kept under the wrong name.
    if (offered.revision !== this.live.dance?.revision) return;
    const key = keyOf(this.live.dance, eight);
    this.#known.delete(key);
    this.#known.set(key, offered);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(oldest);
    }
    // Their pictures are there before they are looked at.
    for (const candidate of offered.candidates) new Image().src = candidate.thumbnail_url;
  }

  /** What may be looked at next: the eights beside this one, as far as they have candidates. */
  #fetchBeside(eight: number, signal: AbortSignal): void {
    for (const beside of [eight + 1, eight - 1]) {
      const dance = this.live.dance;
      if (!dance?.eights[beside]?.suggestion || this.#known.has(keyOf(dance, beside))) continue;
      const path = { choreography: this.live.id, eight: beside };
      told(api.GET('/api/choreographies/{choreography}/eights/{eight}/candidates', { params: { path }, signal }))
        .then((offered) => this.#keep(beside, offered))
        // It is asked for again when it is looked at.
        .catch(() => undefined);
    }
  }

  /** Chooses; true when it was taken. */
  choose(wish: Wish): Promise<boolean> {
    const words = JSON.stringify(wish);
    if (this.#wished?.wish === words) return this.#wished.made;
    const wished = { wish: words, made: this.#inTurn(() => this.#choose(wish, true)) };
    this.#wished = wished;
    void wished.made.finally(() => this.#wished === wished && (this.#wished = null));
    return wished.made;
  }

  /** One change after another: whoever is quicker than the server is not overheard. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const made = this.#last.then(change);
    this.#last = made.catch(() => undefined);
    return made;
  }

  async #choose(wish: Wish, undoable: boolean): Promise<boolean> {
    const dance = this.live.dance;
    if (!dance) return false;
    const chosen = dance.eights[wish.eight]?.selection;
    const usual = dance.options.transition;
    const before = chosen ? { step: chosen.step, mirrored: chosen.mirrored, transition: chosen.transition ?? usual } : null;
    const taken = await this.#change(wish, () =>
      told(
        api.PUT('/api/choreographies/{choreography}/eights/{eight}/selection', {
          params: { path: { choreography: this.live.id, eight: wish.eight } },
          body: { step: wish.step, mirrored: wish.mirrored, revision: dance.revision, ...(wish.transition ? { transition: wish.transition } : {}) },
        }),
      ),
    );
    if (taken && undoable) this.undos = [...this.undos, { eight: wish.eight, before }].slice(-64);
    return taken;
  }

  reroll(eight: number): Promise<boolean> {
    return this.#inTurn(async () => {
      const dance = this.live.dance;
      if (!dance) return false;
      const shown = this.offered;
      const params = { path: { choreography: this.live.id, eight } };
      const taken = await this.#change(null, () =>
        told(api.POST('/api/choreographies/{choreography}/eights/{eight}/reroll', { params, body: { revision: dance.revision } })),
      );
      // The stream may have brought the new ones before the answer came.
      if (taken && this.offered === shown) this.offered = null;
      return taken;
    });
  }

  /** Takes the last choice of this tab back; tells the eight it was about. */
  undo(): Promise<number | null> {
    return this.#inTurn(async () => {
      const last = this.undos.at(-1);
      if (!last) return null;
      const back = last.before === null ? this.#unselect(last.eight) : this.#choose({ eight: last.eight, ...last.before }, false);
      if (!(await back)) return null;
      this.undos = this.undos.slice(0, -1);
      return last.eight;
    });
  }

  async #unselect(eight: number): Promise<boolean> {
    const revision = this.live.dance?.revision ?? 0;
    const params = { path: { choreography: this.live.id, eight }, query: { revision } };
    return this.#change(null, () => told(api.DELETE('/api/choreographies/{choreography}/eights/{eight}/selection', { params })));
  }

  /** Has every eight chosen that has no step. */
  finishForMe(): Promise<boolean> {
    return this.#inTurn(async () => {
      const dance = this.live.dance;
      if (!dance) return false;
      this.finding = true;
      const params = { path: { choreography: this.live.id } };
      const taken = await this.#change(null, () => told(api.POST('/api/choreographies/{choreography}/auto', { params, body: { revision: dance.revision } })));
      if (!taken) this.finding = false;
      return taken;
    });
  }

  async #change(wish: Wish | null, ask: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.trouble = null;
    this.overtaken = null;
    try {
      await ask();
      await this.live.look();
      return true;
    } catch (error) {
      await this.live.look();
      this.overtaken = error instanceof Refusal && error.code === 'stale_revision' ? wish : null;
      this.trouble = this.overtaken ? t('dance.overtaken') : sentence(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** What the candidates of an eight depend on: another text, other candidates. */
export function keyOf(dance: Dance | null, eight: number): string {
  const { suggestion, selection } = dance?.eights[eight] ?? {};
  return [eight, suggestion ?? '', selection?.step ?? '', selection?.mirrored ?? '', speech.language].join(' ');
}
