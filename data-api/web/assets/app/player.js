// A recording that can be played and sought in. Its address is fetched as JSON and good for five minutes; when it has
// run out, a new one takes its place at the same second.

import { fill, h, icon } from './dom.js';
import { duration, size } from './format.js';
import { inWords } from './problem.js';

/** How often a new address is tried in a row before giving up. */
const MOST_RENEWALS = 2;

/**
 * @param {{attachment: object, label: string, address: () => Promise<string>}} options
 */
export function player({ attachment, label, address }) {
  const audio = h('audio', { controls: true, preload: 'metadata', 'aria-label': label });
  const trouble = h('p', { class: 'failure', role: 'status' });
  let renewals = 0;

  async function load(at = 0, play = false) {
    try {
      const url = await address();
      fill(trouble);
      audio.src = url;
      if (at > 0) audio.addEventListener('loadedmetadata', () => { audio.currentTime = at; }, { once: true });
      if (play) await audio.play();
    } catch (error) {
      if (error?.name === 'AbortError' || error?.name === 'NotAllowedError') return;
      fill(trouble, error?.name === 'NotSupportedError' ? UNPLAYABLE : inWords(error));
    }
  }

  audio.addEventListener('playing', () => { renewals = 0; });
  audio.addEventListener('error', () => {
    if (!audio.currentSrc) return;
    const broken = audio.error?.code === MediaError.MEDIA_ERR_DECODE;
    if (broken || renewals >= MOST_RENEWALS) {
      fill(trouble, UNPLAYABLE);
      return;
    }
    renewals += 1;
    load(audio.currentTime, !audio.paused);
  });
  load();

  const known = [duration(attachment.duration_s), size(attachment.size)].filter(Boolean).join(' · ');
  return h(
    'div',
    { class: 'player' },
    h('div', { class: 'player-line' }, icon('mic'), h('span', {}, label), h('span', { class: 'faint' }, known), downloadButton(address, 'recording')),
    audio,
    trouble,
  );
}

const UNPLAYABLE = 'This browser cannot play this recording. Download it to listen.';

/** Opens a file in a tab of its own, where it shows or is downloaded. */
export function downloadButton(address, what) {
  const fetchIt = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    // The tab is opened at once, because browsers allow it only right after the click.
    const tab = window.open('', '_blank');
    try {
      const url = await address();
      if (tab) {
        tab.opener = null;
        tab.location.replace(url);
      } else {
        window.location.assign(url);
      }
    } catch {
      tab?.close();
    } finally {
      button.disabled = false;
    }
  };
  return h(
    'button',
    { type: 'button', class: 'quiet small', 'aria-label': `Open the ${what}`, title: `Open the ${what}`, on: { click: fetchIt } },
    icon('download'),
  );
}
