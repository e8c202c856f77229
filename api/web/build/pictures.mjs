// Pictures of the views for the documents, out of those that the stories left.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WIDTH = 1100;
/** Name in the documents, and the story's picture. */
const PICTURES = {
  songs: 'songs-light',
  section: 'song-light',
  'section-dark': 'song-dark',
  choose: 'choosing',
  result: 'result-light',
  'result-dark': 'result-dark',
  library: 'library-light',
  steps: 'performance-light',
  dances: 'dances-dark',
  'phone-korean': 'dance-ko-phone',
  'phone-result': 'result-dark-phone',
  korean: 'song-ko',
};
const from = fileURLToPath(new URL('../tests/out/', import.meta.url));
const to = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));
mkdirSync(to, { recursive: true });
for (const [name, story] of Object.entries(PICTURES)) {
  const scale = `scale='min(${WIDTH},iw)':-2:flags=lanczos`;
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-i', `${from}${story}.png`, '-vf', scale, '-c:v', 'libwebp', '-quality', '82', `${to}${name}.webp`], { stdio: 'inherit' });
}
