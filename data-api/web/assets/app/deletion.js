// Asks before a note is deleted for good.

import { fill, freshId, h } from './dom.js';
import { Problem, inWords } from './problem.js';

/**
 * A dialog that says what is lost, and deletes when that is wanted.
 * @param {{note: object, remove: (wholeMessage: boolean) => Promise<void>}} options
 * @returns {Promise<boolean>} whether it is gone
 */
export function askToDelete({ note, remove }) {
  return new Promise((resolve) => {
    let gone = false;
    const titleId = freshId('delete-title');
    const whole = h('input', { type: 'checkbox', id: freshId('whole') });
    const failure = h('p', { class: 'failure', role: 'alert' });
    const confirm = h('button', { type: 'button', class: 'danger' }, 'Delete for good');
    const dialog = h(
      'dialog',
      { 'aria-labelledby': titleId },
      h('h2', { id: titleId }, 'Delete this note for good?'),
      h(
        'p',
        {},
        note.notes_in_message > 1
          ? 'The note goes, with every earlier version of it. The recording and the transcript stay while the message has other notes.'
          : 'The note goes, with every earlier version, its recording, transcript and pictures, here and at Twilio. Nobody can bring it back.',
      ),
      note.notes_in_message > 1 && h('div', { class: 'choice' }, whole, h('label', { for: whole.id }, 'Delete the whole message with it')),
      failure,
      h('div', { class: 'buttons' }, h('button', { type: 'button', on: { click: () => dialog.close() } }, 'Keep it'), confirm),
    );
    confirm.addEventListener('click', async () => {
      confirm.disabled = true;
      fill(failure);
      try {
        await remove(whole.checked);
        gone = true;
        dialog.close();
      } catch (error) {
        // What is not there any more was deleted by someone else.
        gone = error instanceof Problem && error.status === 404;
        if (gone) dialog.close();
        else fill(failure, inWords(error), ' Deleting goes on where it stopped when you try again.');
        confirm.disabled = false;
      }
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(gone);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
