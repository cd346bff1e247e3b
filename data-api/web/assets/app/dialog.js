// A dialog over the page. Escape, its close button and a press beside it end it; the browser then puts the focus back to
// where it was.

import { freshId, h, icon } from './dom.js';

/**
 * Opens a dialog and waits until it is closed.
 * @template T
 * @param {string} title
 * @param {(close: (result?: T) => void) => any} content makes what is below the title; what has `autofocus` gets the focus
 * @param {{kind?: string}} [options] a class for its looks
 * @returns {Promise<T|undefined>} what it was closed with; undefined when it was left
 */
export function openDialog(title, content, { kind } = {}) {
  return new Promise((resolve) => {
    let result;
    const close = (given) => {
      result = given;
      dialog.close();
    };
    const titleId = freshId('dialog');
    const dialog = h(
      'dialog',
      { class: kind, 'aria-labelledby': titleId },
      h(
        'div',
        { class: 'dialog-head' },
        h('h2', { id: titleId }, title),
        h('button', { type: 'button', class: 'quiet small', 'aria-label': 'Close', on: { click: () => close() } }, icon('close')),
      ),
      content(close),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(result);
    });
    dialog.addEventListener('pointerdown', (event) => {
      if (event.target === dialog && isBeside(dialog, event)) close();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Whether a press was on what is behind the dialog: the browser counts that as the dialog too. */
function isBeside(dialog, { clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
