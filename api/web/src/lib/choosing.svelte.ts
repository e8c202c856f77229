// Choosing: the candidates of the eight that is looked at, and the user's changes, each made on a revision.
import { api, patiently, Refusal, sentence, told, waited, type Candidates } from './api';
import { t } from './i18n.svelte';
import type { LiveDance } from './live.svelte';

/** While previews are being rendered, how often to look which are there. */
const PREVIEWS_EVERY_MS = 1000;

/** A step, and which way round. */
interface Way {
  step: string;
  mirrored: boolean;
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
  #eight = -1;
  #asking = new AbortController();

  constructor(private readonly live: LiveDance) {}

  /** Shows the candidates of an eight as soon as they are there, and keeps an eye on their previews. */
  show(eight: number): void {
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.missing = null;
    if (this.#eight !== eight) {
      this.#eight = eight;
      this.offered = null;
      this.trouble = null;
      this.overtaken = null;
    }
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
        this.offered = offered;
        if (!this.live.dance?.options.previews || offered.candidates.every((candidate) => candidate.preview_ready)) return;
        await waited(PREVIEWS_EVERY_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.missing = sentence(error);
    }
  }

  /** Chooses; true when it was taken. */
  async choose(wish: Wish, undoable = true): Promise<boolean> {
    const dance = this.live.dance;
    if (!dance || this.busy) return false;
    const chosen = dance.eights[wish.eight]?.selection;
    const before = chosen ? { step: chosen.step, mirrored: chosen.mirrored } : null;
    const taken = await this.#change(wish, () =>
      told(
        api.PUT('/api/choreographies/{choreography}/eights/{eight}/selection', {
          params: { path: { choreography: this.live.id, eight: wish.eight } },
          body: { step: wish.step, mirrored: wish.mirrored, revision: dance.revision },
        }),
      ),
    );
    if (taken && undoable) this.undos = [...this.undos, { eight: wish.eight, before }].slice(-64);
    return taken;
  }

  async reroll(eight: number): Promise<boolean> {
    const dance = this.live.dance;
    if (!dance || this.busy) return false;
    const taken = await this.#change(null, () =>
      told(
        api.POST('/api/choreographies/{choreography}/eights/{eight}/reroll', {
          params: { path: { choreography: this.live.id, eight } },
          body: { revision: dance.revision },
        }),
      ),
    );
    if (taken) this.offered = null;
    return taken;
  }

  /** Takes the last choice of this tab back; tells the eight it was about. */
  async undo(): Promise<number | null> {
    const last = this.undos.at(-1);
    if (!last || this.busy) return null;
    if (last.before !== null && !(await this.choose({ eight: last.eight, ...last.before }, false))) return null;
    this.undos = this.undos.slice(0, -1);
    return last.eight;
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
