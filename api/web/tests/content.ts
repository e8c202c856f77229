// A song and a small library out of the demo content: real music, real animation, short.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTENT } from './places';

interface Frame {
  frame: { x: number; y: number; w: number; h: number };
  spriteSourceSize: { x: number; y: number };
}
type Characters = Record<string, Record<string, { spritesheet: string; frames: Frame[] }>>;

const FPS = 30;
const CANVAS = 300;
const PERFORMANCE_S = 24;
const SONG_S = 50;
/** Who dances to what before which colour. */
export const CAST = [
  { who: 'cat', song: 'War of freedom', colour: '0xd1507a' },
  { who: 'robot', song: 'Metal madness', colour: '0x3d7fa8' },
  { who: 'duck', song: 'War of freedom', colour: '0x7f9c5a' },
  { who: 'frog', song: 'Metal madness', colour: '0x8a3fa0' },
] as const;

const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });

/** Films one dancer: the frames of three moves, one after another, again and again. */
export function film(cast: (typeof CAST)[number], file: string): void {
  const characters = JSON.parse(readFileSync(join(CONTENT, 'dancers/characters.json'), 'utf8')) as Characters;
  const moves = Object.values(characters[cast.who] ?? {});
  const sheet = moves[0]!.spritesheet;
  const frames = moves.filter((move) => move.spritesheet === sheet).slice(0, 3).flatMap((move) => move.frames);
  const cuts = frames.map(({ frame, spriteSourceSize: at }, i) =>
    `[s${i}]trim=end_frame=1,crop=${frame.w}:${frame.h}:${frame.x}:${frame.y},pad=${CANVAS}:${CANVAS}:${at.x}:${at.y}:color=black@0[f${i}]`,
  );
  const all = frames.map((_, i) => `[f${i}]`).join('');
  const graph = [
    `[0]format=rgba,split=${frames.length}${frames.map((_, i) => `[s${i}]`).join('')}`,
    ...cuts,
    `${all}concat=n=${frames.length},setpts=N/24/TB,loop=-1:${frames.length},setpts=N/24/TB[dancer]`,
    `[1][dancer]overlay=(W-w)/2:H-h-20,format=yuv420p[v]`,
  ].join(';');
  ffmpeg(
    ...['-loop', '1', '-framerate', '24', '-i', join(CONTENT, 'dancers', sheet)],
    ...['-f', 'lavfi', '-i', `color=c=${cast.colour}:s=640x360:r=${FPS}`],
    ...['-ss', '20', '-i', join(CONTENT, 'songs', cast.song, 'song.ogg')],
    ...['-filter_complex', graph, '-map', '[v]', '-map', '2:a', '-t', String(PERFORMANCE_S)],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', file],
  );
}

/** Cuts the song that is danced to. */
export function song(file: string): void {
  ffmpeg('-ss', '25', '-t', String(SONG_S), '-i', join(CONTENT, 'songs/Escape from chaosland/song.ogg'), file);
}
