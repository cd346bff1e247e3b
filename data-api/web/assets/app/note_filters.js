// What is shown of the notes: search words, intent, client, days, only what needs review. Kept in the address.

import { field, fill, freshId, h, icon, select } from './dom.js';
import { startOfDay } from './format.js';
import { matcher } from './matching.js';
import { INTENTS } from './words.js';

/** The filters in an address's query. */
export function fromQuery(query) {
  const { intent = '', client = '', from = '', to = '', review = '', q = '' } = query;
  return { intent, client, from, to, review, q };
}

/** The same as parameters of the API's list; words are looked for by other means. */
export function toParameters({ intent, client, from, to, review }) {
  return {
    intent,
    client_id: client,
    from: from && startOfDay(from),
    to: to && startOfDay(to, 1),
    needs_review: review ? 'true' : '',
  };
}

/** How many filters beside the words are set. */
export function howMany({ intent, client, from, to, review }) {
  return [intent, client, from || to, review].filter(Boolean).length;
}

/** Whether a row passes, as the API would decide. */
export function passes(row, filters) {
  const { client_id: client, from, to } = toParameters(filters);
  return (
    (!filters.intent || row.intent === filters.intent) &&
    (!client || row.clients.some((linked) => linked.client_id === client)) &&
    (!from || Date.parse(row.received_at) >= Date.parse(from)) &&
    (!to || Date.parse(row.received_at) < Date.parse(to)) &&
    (!filters.review || row.needs_review.length > 0)
  );
}

/** Whether every word occurs in what a row shows. */
export function hasWords(row, words) {
  return matcher(words)(row.title, row.tag, row.worker?.name, row.clients.map((client) => client.name));
}

/** Waits until nobody has typed for so long, milliseconds. */
const TYPING_MS = 250;

/** The filters' controls, and the button that exports beside them. */
export class NoteFilters {
  /** @param {{onChange: (filters: object) => void, onExport: () => void}} options */
  constructor({ onChange, onExport }) {
    this.changed = () => onChange(this.values());
    const { changed } = this;
    let typing = 0;
    this.words = h('input', {
      type: 'search', placeholder: 'Search notes', 'aria-label': 'Search notes', autocomplete: 'off', enterkeyhint: 'search', maxlength: '200',
      on: {
        input: () => {
          clearTimeout(typing);
          typing = setTimeout(changed, TYPING_MS);
        },
      },
    });
    const on = { change: changed };
    this.intent = select([['', 'Any kind'], ...INTENTS], '', { on });
    this.client = select([['', 'Any client']], '', { on });
    this.from = h('input', { type: 'date', on });
    this.to = h('input', { type: 'date', on });
    this.review = h('input', { type: 'checkbox', id: freshId('review'), on });
    this.badge = h('span', { class: 'badge', hidden: true });
    const panel = h(
      'div',
      { class: 'filter-panel', id: freshId('filters'), hidden: true },
      field('Kind', this.intent),
      field('Client', this.client),
      field('From', this.from),
      field('To', this.to),
      h('div', { class: 'choice' }, this.review, h('label', { for: this.review.id }, 'Only what needs review')),
      h('button', { type: 'button', class: 'quiet', on: { click: () => this.clear() } }, 'Clear filters'),
    );
    const toggle = h(
      'button',
      {
        type: 'button', class: 'quiet', 'aria-expanded': 'false', 'aria-controls': panel.id,
        on: {
          click: () => {
            panel.hidden = !panel.hidden;
            toggle.setAttribute('aria-expanded', String(!panel.hidden));
          },
        },
      },
      icon('filter'),
      'Filter',
      this.badge,
    );
    const exporting = h('button', { type: 'button', class: 'quiet small', 'aria-label': 'Export notes', title: 'Export notes', on: { click: onExport } }, icon('download'));
    this.element = h(
      'form',
      { class: 'filters', role: 'search', 'aria-label': 'Notes', on: { submit: (event) => { event.preventDefault(); clearTimeout(typing); changed(); } } },
      h('div', { class: 'filter-line' }, h('div', { class: 'search' }, icon('search'), this.words), toggle, exporting),
      panel,
    );
  }

  /** Offers these clients. */
  offer(clients) {
    const chosen = this.client.value || this.wanted;
    fill(
      this.client,
      h('option', { value: '' }, 'Any client'),
      clients.map((client) => h('option', { value: client.client_id }, client.name)),
    );
    this.#choose(chosen);
  }

  #choose(client) {
    this.wanted = client;
    // A filter for a client who is not (yet) in the list must not be lost.
    if (client && ![...this.client.options].some((option) => option.value === client)) {
      this.client.append(h('option', { value: client }, client));
    }
    this.client.value = client ?? '';
  }

  values() {
    return {
      q: this.words.value.trim(),
      intent: this.intent.value,
      client: this.client.value,
      from: this.from.value,
      to: this.to.value,
      review: this.review.checked ? 'yes' : '',
    };
  }

  /** Shows these filters. */
  show(filters) {
    if (this.words.value.trim() !== filters.q) this.words.value = filters.q;
    this.intent.value = filters.intent;
    this.#choose(filters.client);
    this.from.value = filters.from;
    this.to.value = filters.to;
    this.review.checked = Boolean(filters.review);
    const set = howMany(filters);
    this.badge.hidden = set === 0;
    fill(this.badge, String(set), h('span', { class: 'visually-hidden' }, ' set'));
  }

  clear() {
    this.show({ ...fromQuery({}), q: this.words.value.trim() });
    this.changed();
  }
}
