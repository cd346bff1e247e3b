// What was understood of a message, in words: read, and put right.

import { field, fill, h, icon } from './dom.js';
import { EditForm } from './edit_form.js';
import { titleOf } from './note_title.js';

/** The texts of a note in order, with their names. */
const TEXTS = [
  ['title', 'Title'],
  ['job', 'Job'],
  ['summary', 'Summary'],
  ['context', 'Good to know'],
];

/** A note for a job is called after the job, any other one has a title. */
const CALLED_AFTER = { 'job-to-be-done': 'job' };

/** Most characters of a text, as the API takes them. */
const MOST = '2000';

/**
 * @param {object} note
 * @param {(change: object, done: string) => Promise<boolean>} correct
 */
export function noteTexts(note, correct) {
  const section = h('section', { class: 'understood', 'aria-label': 'What was understood' });
  const edit = h(
    'button',
    {
      type: 'button', class: 'quiet', 'data-focus': 'texts',
      on: {
        click: () => {
          const whole = [...section.childNodes];
          const close = () => {
            fill(section, whole);
            edit.focus();
          };
          const { element, first } = textsForm(note, correct, close);
          fill(section, element);
          first.focus();
        },
      },
    },
    icon('pencil'),
    'Change the texts',
  );
  const shown = TEXTS.filter(([name]) => note[name]?.trim() && note[name].trim() !== titleOf(note));
  return fill(section, shown.map(([name, called]) => [h('h3', {}, called), h('p', { class: 'prose' }, note[name])]), edit);
}

function textsForm(note, correct, close) {
  const name = CALLED_AFTER[note.intent] ?? 'title';
  const offered = TEXTS.filter(([text]) => text === name || text === 'summary' || text === 'context' || note[text]);
  const controls = new Map(
    offered.map(([text]) => {
      const isLine = text === 'title' || text === 'job';
      const control = h(isLine ? 'input' : 'textarea', { type: isLine ? 'text' : null, rows: isLine ? null : '4', maxlength: MOST, value: note[text] ?? '', autocomplete: 'off' });
      return [text, control];
    }),
  );
  const form = new EditForm({
    label: 'Change the texts',
    heading: null,
    kind: 'item-form',
    fields: offered.map(([text, called]) => field(called, controls.get(text))),
    submit: 'Save',
    close,
    save: async () => {
      const given = [...controls].map(([text, control]) => [text, control.value.trim() || null]);
      const changed = given.filter(([text, value]) => value !== (note[text]?.trim() || null));
      if (changed.length === 0) close();
      else await correct(Object.fromEntries(changed), 'Changed.');
    },
  });
  return { element: form.element, first: controls.get(offered[0][0]) };
}
