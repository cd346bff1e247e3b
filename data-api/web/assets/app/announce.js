// Says things: to a screen reader through the page's live region, and on the screen as a short message.

import { fill, h, icon } from './dom.js';

/** How long a message stays on the screen, milliseconds. Failures stay until they are closed. */
const SHOWN_MS = 6000;

let region;

/** Says something to screen readers alone. */
export function say(text) {
  region ??= document.getElementById('said');
  // The same words twice are no change, and a screen reader would keep silent.
  fill(region, region.textContent === text ? `${text}\u00a0` : text);
}

let shelf;

function put(text, kind) {
  shelf ??= document.body.appendChild(h('div', { class: 'toasts' }));
  const close = () => message.remove();
  const message = h(
    'div',
    { class: `toast ${kind}`, role: kind === 'failure' ? 'alert' : null },
    h('p', {}, text),
    h('button', { type: 'button', class: 'quiet small', 'aria-label': 'Close this message', on: { click: close } }, icon('close')),
  );
  shelf.append(message);
  if (kind !== 'failure') setTimeout(close, SHOWN_MS);
}

/** Tells that something was done. */
export function tell(text) {
  put(text, 'done');
  say(text);
}

/** Tells that something failed; it is read out at once and stays. */
export function tellFailure(text) {
  put(text, 'failure');
}

/** Takes all messages away. */
export function hush() {
  shelf?.replaceChildren();
}
