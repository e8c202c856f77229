// Addresses and views. Every address can be reloaded, kept and sent to somebody else.

export type Place =
  | { view: 'songs' }
  | { view: 'song'; id: string }
  | { view: 'dances' }
  | { view: 'dance'; id: string }
  | { view: 'result'; id: string }
  | { view: 'library' }
  | { view: 'performance'; id: string }
  | { view: 'nowhere' };

const ID = '([0-9a-f-]{8,64})';
const PLACES: [RegExp, (id: string) => Place][] = [
  [/^\/$/, () => ({ view: 'songs' })],
  [new RegExp(`^/songs/${ID}$`), (id) => ({ view: 'song', id })],
  [/^\/dances$/, () => ({ view: 'dances' })],
  [new RegExp(`^/dances/${ID}$`), (id) => ({ view: 'dance', id })],
  [new RegExp(`^/dances/${ID}/result$`), (id) => ({ view: 'result', id })],
  [/^\/library$/, () => ({ view: 'library' })],
  [new RegExp(`^/library/${ID}$`), (id) => ({ view: 'performance', id })],
];

/** The view at an address. */
export function placeOf(path: string): Place {
  for (const [pattern, place] of PLACES) {
    const match = pattern.exec(path);
    if (match) return place(match[1] ?? '');
  }
  return { view: 'nowhere' };
}

class Router {
  path = $state('/');
  search = $state('');
  place = $derived(placeOf(this.path));

  begin(): void {
    this.#read();
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (event) => this.#follow(event));
  }

  go(address: string, how: 'push' | 'replace' = 'push'): void {
    if (address !== location.pathname + location.search) history[`${how}State`](null, '', address);
    const before = this.path;
    this.#read();
    if (this.path !== before) scrollTo(0, 0);
  }

  /** One parameter of the address, without a new entry in the history. */
  set(name: string, value: string | null): void {
    const url = new URL(location.href);
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
    this.go(url.pathname + url.search, 'replace');
  }

  get(name: string): string | null {
    return new URLSearchParams(this.search).get(name);
  }

  #read(): void {
    this.path = location.pathname;
    this.search = location.search;
  }

  /** Links are links: only a plain click on one of our own views is taken over. */
  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.hash && link.pathname === location.pathname) return;
    if (placeOf(link.pathname).view === 'nowhere') return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const router = new Router();
