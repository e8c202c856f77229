// Two languages, complete: Korean is typed by the keys of English, so a missing text does not compile.
import { en, type Texts } from './texts.en';
import { ko } from './texts.ko';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Key = keyof Texts;

const TEXTS: Record<Language, Texts> = { en, ko };
const KEPT = 'eightcount.language';

/** The language that was chosen here before, else the first of the browser's that we speak. */
export function preferred(kept: string | null, browser: readonly string[]): Language {
  const ours = (tag: string): Language | undefined => LANGUAGES.find((language) => tag.toLowerCase().split('-')[0] === language);
  return [kept ?? '', ...browser].map(ours).find((language) => language !== undefined) ?? 'en';
}

class Speech {
  language = $state<Language>('en');

  begin(): void {
    this.speak(preferred(localStorage.getItem(KEPT), navigator.languages));
  }

  choose(language: Language): void {
    localStorage.setItem(KEPT, language);
    this.speak(language);
  }

  private speak(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
  }
}

export const speech = new Speech();

/** A text with its `{places}` filled. */
export function filled(text: string, places: Record<string, string | number>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole));
}

/** A text in the reader's language. */
export function t(key: Key, places: Record<string, string | number> = {}): string {
  return filled(TEXTS[speech.language][key], places);
}

/** A date the way the reader writes dates. */
export function day(ms: number): string {
  return new Intl.DateTimeFormat(speech.language, { dateStyle: 'medium' }).format(ms);
}
