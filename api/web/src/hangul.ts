// Hangul in both faces: one small file a range of letters, fetched when a letter of it is on the page.
import '@fontsource/do-hyeon/400.css';
import '@fontsource/ibm-plex-sans-kr/400.css';
import '@fontsource/ibm-plex-sans-kr/600.css';
