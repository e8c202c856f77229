import '@fontsource/do-hyeon/latin-400.css';
import '@fontsource/ibm-plex-sans-kr/latin-400.css';
import '@fontsource/ibm-plex-sans-kr/latin-600.css';
import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { speech } from './lib/i18n.svelte';
import { router } from './lib/router.svelte';
import { lights } from './lib/theme.svelte';

speech.begin();
lights.begin();
router.begin();
mount(App, { target: document.getElementById('studio')! });
// Hangul comes in a hundred small files by range of letters; titles may hold some in either language.
void import('./hangul');
