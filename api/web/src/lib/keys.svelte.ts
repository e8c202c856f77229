// Single keys act only while they are switched on: some people's fingers or speech software press them unmeant.

const KEPT = 'eightcount.keys';

class Keys {
  on = $state(localStorage.getItem(KEPT) !== 'off');

  toggle(): void {
    this.on = !this.on;
    localStorage.setItem(KEPT, this.on ? 'on' : 'off');
  }
}

export const keys = new Keys();
