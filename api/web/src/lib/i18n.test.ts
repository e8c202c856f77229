import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filled, preferred } from './i18n.svelte';
import { en } from './texts.en';
import { ko } from './texts.ko';

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
const folder = new URL('../', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|ts)$/.test(name) && !/test\.ts$|texts\.|made\//.test(name))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

describe('the two languages', () => {
  test('have the same texts with the same places, none of them empty', () => {
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      expect(places(ko[key]), key).toEqual(places(en[key]));
      expect(ko[key].trim() && en[key].trim(), key).toBeTruthy();
    }
  });
  test('Korean is Korean', () => {
    const foreign = Object.entries(ko).filter(([, text]) => !/[가-힣]/.test(text)).map(([key]) => key);
    expect(foreign).toEqual([]);
  });
  test('every text is used, and every used text is there', () => {
    const all = sources.map((source) => source.text).join('\n');
    const used = new Set([...all.matchAll(/['"`]([a-z]+(?:\.[a-z]+)*)['"`]/g)].map((match) => match[1]));
    const begun = [...all.matchAll(/t\(`([a-z.]+)\$\{/g)].map((match) => match[1] ?? '');
    const unused = Object.keys(en).filter((key) => !used.has(key) && !begun.some((begin) => key.startsWith(begin)));
    expect(unused).toEqual([]);
  });
  test('no view speaks for itself: words between tags come from the texts', () => {
    for (const { name, text } of sources.filter((source) => source.name.endsWith('.svelte'))) {
      const markup = text.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<!--[\s\S]*?-->|<svelte:head>[\s\S]*?<\/svelte:head>/g, '').replaceAll(/\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}/g, '');
      const words = [...markup.matchAll(/>([^<>]*)</g)].map((match) => (match[1] ?? '').trim()).filter((word) => /[A-Za-z가-힣]{2,}/.test(word));
      expect(words.filter((word) => !['eightcount', 'fps', 'BPM'].includes(word.replaceAll(/[^A-Za-z]/g, ''))), name).toEqual([]);
    }
  });
});

test('the kept language comes first, then the browser, then English', () => {
  expect(preferred('ko', ['en-GB'])).toBe('ko');
  expect(preferred(null, ['de-DE', 'ko-KR', 'en'])).toBe('ko');
  expect(preferred('xx', ['de'])).toBe('en');
});

test('places are filled; an unknown one stays visible', () => {
  expect(filled('{a} of {b}', { a: 1 })).toBe('1 of {b}');
});
