// One note in the list.

import { h, icon } from './dom.js';
import { day, duration, fullTime, isPast, shortTime, timeOfDay } from './format.js';
import { titleOfRow } from './note_title.js';
import * as route from './route.js';
import { intentName, reviewName } from './words.js';

/** Whom a note is about, in a few words. */
export function clientLine(row) {
  if (row.clients.length > 0) return row.clients.map((client) => client.name).join(', ');
  return row.client_decision === 'ambiguous' ? 'Client unclear' : 'No client';
}

/**
 * A list item that leads to the note.
 * @param {object} row
 * @param {object} query the filters its link keeps
 * @param {boolean} underDay whether the day is in the heading above it
 */
export function noteRow(row, query, underDay) {
  const marks = [
    h('span', { class: `kind ${row.intent}` }, intentName(row.intent)),
    h('span', { class: 'row-worker' }, row.worker?.name ?? ''),
    row.media.audio > 0 && h('span', {}, icon('mic'), words('Recording'), duration(row.duration_s) || words(' ')),
    row.media.image > 0 && h('span', {}, icon('image'), words('Pictures: '), String(row.media.image)),
    row.media.document > 0 && h('span', {}, icon('file'), words('Files: '), String(row.media.document)),
    row.items_total > 0 && h('span', {}, icon('check'), itemsLine(row)),
    row.next_due && h('span', { class: isPast(row.next_due) ? 'late' : null }, icon('calendar'), words('Due '), day(row.next_due)),
  ];
  return h(
    'li',
    { 'data-note': row.note_id },
    h(
      'a',
      { class: 'row', href: route.to(['notes', row.note_id], query) },
      h(
        'span',
        { class: 'row-top' },
        h('strong', { class: row.clients.length > 0 ? null : 'unsure' }, clientLine(row)),
        h('time', { datetime: row.received_at, title: fullTime(row.received_at) }, underDay ? timeOfDay(row.received_at) : shortTime(row.received_at)),
      ),
      h('span', { class: 'row-title' }, titleOfRow(row)),
      row.needs_review.length > 0 && h('span', { class: 'row-review' }, icon('alert'), row.needs_review.map(reviewName).join(' · ')),
      h('span', { class: 'row-marks' }, marks),
    ),
  );
}

function itemsLine(row) {
  if (row.items_open === 0) return row.items_total === 1 ? 'done' : `all ${row.items_total} done`;
  return row.items_open === row.items_total ? `${row.items_open} open` : `${row.items_open} of ${row.items_total} open`;
}

/** Words for a screen reader, where a sighted reader has the icon. */
function words(text) {
  return h('span', { class: 'visually-hidden' }, text);
}
