// How good a dance is, from its report. Pure.
import type { Report } from './api';

/** Terms that tell how good a dance is, rather than how a step was found. */
const TERMS = ['energy', 'connection', 'similarity', 'tempo'] as const;

export interface Quality {
  what: (typeof TERMS)[number];
  /** 0 to 100, higher is better. */
  percent: number;
}

/** The mean of each term over the eights that have it. */
export function quality(report: Report): Quality[] {
  return TERMS.flatMap((what) => {
    const values = report.eights.flatMap((eight) => eight.terms.filter((one) => one.term === what).map((one) => one.value));
    if (values.length === 0) return [];
    return [{ what, percent: Math.round((100 * values.reduce((a, b) => a + b, 0)) / values.length) }];
  });
}
