// The API's types, from the description that the API's own tests keep true.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const snapshot = new URL('../../src/snapshots/eightcount_api__openapi__tests__the_document.snap', import.meta.url);
const text = await readFile(snapshot, 'utf8');
// A snapshot begins with a head of its own between two lines of dashes.
const description = JSON.parse(text.slice(text.indexOf('\n---\n') + 5));
const made = new URL('../src/made/', import.meta.url);
await mkdir(made, { recursive: true });
await writeFile(new URL('api.d.ts', made), astToString(await openapiTS(description)));
