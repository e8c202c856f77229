// The API: typed by its own description, spoken to in the reader's language, its refusals as errors that hold the
// API's own sentence.
import createClient from 'openapi-fetch';
import type { components, paths } from '../made/api';
import { speech, t } from './i18n.svelte';
import { server } from './server.svelte';

export type Schemas = components['schemas'];
export type Song = Schemas['SongView'];
export type SongDetail = Schemas['SongDetail'];
export type Heard = Schemas['HeardSong'];
export type Dance = Schemas['ChoreographyState'];
export type EightState = Schemas['EightState'];
export type Candidate = Schemas['CandidateView'];
export type Candidates = Schemas['CandidatesView'];
export type Performance = Schemas['PerformanceView'];
export type Step = Schemas['StepView'];
export type Report = Schemas['ReportView'];
export type GridChange = Schemas['GridChange'];
export type Transition = Schemas['Transition'];
export type Options = Schemas['ChoreographyOptions'];
type ProblemBody = Schemas['ProblemBody'];

/** A refusal: what the API said, or that it could not be reached. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    sentence: string,
    readonly status: number,
    readonly retryAfterMs: number,
  ) {
    super(sentence);
  }

  /** It passes by itself. */
  get passes(): boolean {
    return ['not_ready_yet', 'song_not_ready', 'busy', 'unavailable', UNREACHABLE].includes(this.code);
  }
}

/** The code of a refusal that no server made. */
export const UNREACHABLE = 'unreachable';

export function unreachable(): Refusal {
  return new Refusal(UNREACHABLE, t('server.lost'), 0, 1000);
}

/** The refusal in an answer's body. */
export function refusalOf(body: unknown, status: number, retryAfter: string | null): Refusal {
  const problem = typeof body === 'object' && body !== null ? (body as Partial<ProblemBody>) : {};
  // A gateway before the API answers in its own words when nobody is behind it.
  if (typeof problem.code !== 'string') return unreachable();
  return new Refusal(problem.code, problem.detail ?? problem.title ?? problem.code, status, Number(retryAfter ?? 1) * 1000);
}

const client = createClient<paths>({ baseUrl: location.origin });
client.use({ onRequest: ({ request }) => request.headers.set('accept-language', speech.language) });

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What the API answered; throws its refusal. */
export async function told<T>(asking: Promise<Answered<T>>): Promise<T> {
  const answer = await asking.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    server.lost();
    throw unreachable();
  });
  if (answer.response.ok) {
    server.heard();
    return answer.data as T;
  }
  const refusal = refusalOf(answer.error, answer.response.status, answer.response.headers.get('retry-after'));
  if (refusal.code === UNREACHABLE) server.lost();
  else server.heard();
  throw refusal;
}

/** Asks again while the refusal is one that passes. */
export async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (refusal) {
      if (signal.aborted || !(refusal instanceof Refusal) || !refusal.passes) throw refusal;
      await waited(Math.min(refusal.retryAfterMs, 1000), signal);
    }
  }
}

/** After a while, or at once when it is called off. */
export function waited(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** The sentence for whoever reads. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const api = client;
