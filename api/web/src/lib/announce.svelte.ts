// Words that appear beside what the reader does: shown for a while, and read out by screen readers.

export interface Notice {
  id: number;
  text: string;
  kind: 'news' | 'trouble';
  link?: { address: string; text: string };
}

const SHOWN_MS = 9000;

class Notices {
  all = $state<Notice[]>([]);
  #next = 0;

  say(text: string, kind: Notice['kind'] = 'news', link?: Notice['link']): void {
    const id = (this.#next += 1);
    // The same words twice are not news.
    this.all = [...this.all.filter((notice) => notice.text !== text), { id, text, kind, ...(link ? { link } : {}) }].slice(-3);
    setTimeout(() => this.drop(id), SHOWN_MS);
  }

  drop(id: number): void {
    this.all = this.all.filter((notice) => notice.id !== id);
  }
}

export const notices = new Notices();
