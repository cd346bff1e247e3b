// Pictures of a note, small; each opens in a tab of its own.

import { fill, h, icon } from './dom.js';
import { inWords } from './problem.js';

/**
 * @param {object[]} images attachments
 * @param {(key: string) => () => Promise<string>} addressOf
 * @param {string} [sender]
 */
export function pictures(images, addressOf, sender) {
  return h('div', { class: 'pictures' }, images.map((attachment, at) => picture(attachment, addressOf(attachment.key), altText(attachment, at, images.length, sender))));
}

function altText(attachment, at, total, sender) {
  if (attachment.caption) return attachment.caption;
  const which = total > 1 ? ` ${at + 1} of ${total}` : '';
  return `Picture${which}${sender ? ` sent by ${sender}` : ''}`;
}

function picture(attachment, address, alt) {
  const link = h('a', { class: 'picture', target: '_blank', rel: 'noopener noreferrer' });
  const image = h('img', { alt, loading: 'lazy', decoding: 'async' });
  let renewed = false;
  async function load() {
    try {
      const url = await address();
      image.src = url;
      link.href = url;
    } catch (error) {
      if (error?.name !== 'AbortError') fill(link, icon('image'), h('span', {}, inWords(error)));
    }
  }
  image.addEventListener('error', () => {
    if (renewed) {
      fill(link, icon('image'), h('span', {}, 'This browser cannot show this picture.'));
      return;
    }
    renewed = true;
    load();
  });
  // The address lasts five minutes; a later click fetches a new one first.
  const loadedAt = performance.now();
  link.addEventListener('click', async (event) => {
    if (performance.now() - loadedAt < 240_000) return;
    event.preventDefault();
    await load();
    window.open(link.href, '_blank', 'noopener,noreferrer');
  });
  load();
  return h('figure', {}, fill(link, image), attachment.caption && h('figcaption', {}, attachment.caption));
}
