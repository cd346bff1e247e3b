// What stands where there is nothing to show: yet, at all, or because it could not be loaded.

import { h } from './dom.js';
import { inWords } from './problem.js';

/** While something is loaded: as many grey blocks as may come. */
export function loading(what, blocks = 6) {
  return h(
    'div',
    { class: 'loading', role: 'status' },
    h('span', { class: 'visually-hidden' }, `Loading ${what}`),
    Array.from({ length: blocks }, () => h('div', { class: 'bone' })),
  );
}

/** Something that could not be loaded, to be tried again. */
export function failed(error, retry) {
  return h('div', { class: 'empty', role: 'alert' }, h('p', {}, inWords(error)), h('button', { type: 'button', on: { click: retry } }, 'Try again'));
}

/** Nothing is there; why, and what would change that. */
export function empty(title, ...more) {
  return h('div', { class: 'empty' }, h('p', { class: 'strong' }, title), more.map((part) => (part instanceof Node ? part : h('p', {}, part))));
}
