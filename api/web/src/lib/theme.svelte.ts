// Light or dark: the system's choice until the reader makes one.

export type Theme = 'light' | 'dark';
const KEPT = 'eightcount.theme';

class Lights {
  theme = $state<Theme>('light');

  begin(): void {
    const kept = localStorage.getItem(KEPT);
    const system = matchMedia('(prefers-color-scheme: dark)');
    this.#show(kept === 'light' || kept === 'dark' ? kept : system.matches ? 'dark' : 'light');
    system.addEventListener('change', () => {
      if (!localStorage.getItem(KEPT)) this.#show(system.matches ? 'dark' : 'light');
    });
  }

  toggle(): void {
    const next: Theme = this.theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem(KEPT, next);
    this.#show(next);
  }

  #show(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
  }
}

export const lights = new Lights();
