// Notes of some days as one file, for a spreadsheet or another system.

import { openDialog } from './dialog.js';
import { field, fill, h, icon, select } from './dom.js';
import { EditForm } from './edit_form.js';
import { civilDay, startOfDay } from './format.js';
import { count } from './words.js';

const FORMATS = [
  ['csv', 'Table for a spreadsheet (CSV)'],
  ['jsonl', 'Everything, for another system (JSON lines)'],
];

/**
 * Asks which notes, has them written into a file and downloads it.
 * @param {{api: object, from?: string, to?: string}} options days as in a date field; the current month when there are none
 */
export function openExport({ api, from, to }) {
  return openDialog('Export notes', (close) => {
    const today = new Date();
    const first = h('input', { type: 'date', required: true, autofocus: true, value: from || civilDay(new Date(today.getFullYear(), today.getMonth(), 1)) });
    const last = h('input', { type: 'date', required: true, value: to || civilDay(today) });
    const format = select(FORMATS, 'csv');
    const made = h('div', { role: 'status' });
    const form = new EditForm({
      label: 'Export notes',
      heading: null,
      kind: 'question',
      fields: [
        h('p', { class: 'faint' }, 'Every note received on these days, whatever the filters of the list say.'),
        h('div', { class: 'pair' }, field('From', first), field('To', last)),
        field('Format', format),
        made,
      ],
      submit: 'Export',
      cancel: 'Close',
      close,
      save: async () => {
        fill(made, h('p', { class: 'faint' }, 'Reading the notes…'));
        try {
          const { url, notes } = await api.exportNotes({ from: startOfDay(first.value), to: startOfDay(last.value, 1), format: format.value });
          show(made, url, notes);
        } catch (error) {
          fill(made);
          throw error;
        }
      },
    });
    return form.element;
  });
}

/** The download begins by itself; the link is for when it did not. */
function show(made, url, notes) {
  const link = h('a', { href: url, class: 'button' }, icon('download'), 'Download again');
  fill(made, h('p', {}, notes === 0 ? 'There are no notes of these days; the file is empty.' : `The file with ${count(notes, 'note')} is downloaded.`), h('p', { class: 'hint' }, 'It can be fetched for five minutes.'), link);
  link.click();
}
