// Asks before a note is deleted for good.

import { openDialog } from './dialog.js';
import { freshId, h } from './dom.js';
import { EditForm } from './edit_form.js';
import { Problem, inWords } from './problem.js';

/**
 * A dialog that says what is lost, and deletes when that is wanted.
 * @param {{note: object, remove: (wholeMessage: boolean) => Promise<void>}} options
 * @returns {Promise<true|undefined>} true when it is gone
 */
export function askToDelete({ note, remove }) {
  const isOneOfMany = note.notes_in_message > 1;
  const whole = h('input', { type: 'checkbox', id: freshId('whole') });
  return openDialog('Delete this note for good?', (close) => {
    const form = new EditForm({
      label: 'Delete this note',
      heading: null,
      kind: 'question',
      fields: [
        h(
          'p',
          {},
          isOneOfMany
            ? 'The note goes, with every earlier version of it. The recording and the transcript stay while the message has other notes.'
            : 'The note goes, with every earlier version, its recording, transcript and pictures, here and at Twilio. Nobody can bring it back.',
        ),
        isOneOfMany && h('div', { class: 'choice' }, whole, h('label', { for: whole.id }, 'Delete the whole message with it')),
      ],
      submit: 'Delete for good',
      cancel: 'Keep it',
      isDangerous: true,
      save: async () => {
        try {
          await remove(whole.checked);
        } catch (error) {
          // What is not there any more was deleted by someone else.
          if (!(error instanceof Problem && error.status === 404)) throw error;
        }
        close(true);
      },
      close,
      explain: (error) => h('p', { class: 'failure' }, inWords(error), ' Deleting goes on where it stopped when you try again.'),
    });
    return form.element;
  });
}
