// The list of notes: what needs review on top, then the newest, day by day. It follows what happens while it is shown.

import { say, tellFailure } from './announce.js';
import { fill, focusOn, h } from './dom.js';
import { openExport } from './export_dialog.js';
import { dayHeading, fullTime, number } from './format.js';
import { Live } from './live.js';
import { NoteFilters, fromQuery, hasWords, howMany, passes, toParameters } from './note_filters.js';
import { noteRow } from './note_row.js';
import { titleOfRow } from './note_title.js';
import { empty, failed, loading } from './placeholder.js';
import { Problem, inWords } from './problem.js';
import * as route from './route.js';
import { count } from './words.js';

/** Notes on a page, and most of those that need review shown on top of all. */
const PAGE = 50;
const REVIEW_PAGE = 20;

/**
 * Changes are asked for from some time before the last question: a note is listed under the moment it was understood and
 * filed a little later, or minutes later when filing had to be taken up again. The short look back costs one listing;
 * the long one is taken now and then.
 */
const LOOK_BACK_MS = 60_000;
const LONG_LOOK_BACK_MS = 30 * 60_000;
const LONG_LOOK_EVERY_MS = 5 * 60_000;

export class NoteList {
  /**
   * @param {object} office
   * @param {(rows: object[]) => void} onChanged told which rows changed
   */
  constructor(office, onChanged) {
    this.office = office;
    this.onChanged = onChanged;
    this.filters = fromQuery({});
    this.rows = new Map();
    this.items = new Map();
    this.open = null;
    this.cursor = null;
    this.searched = null;
    this.asked = null;
    this.controls = new NoteFilters({
      onChange: (filters) => route.go(this.#path(), filters, { replace: true }),
      onExport: () => openExport({ api: office.api, ...this.filters }),
    });
    this.body = h('div', { class: 'list-body', on: { keydown: (event) => this.#step(event) } });
    this.element = h(
      'section',
      { class: 'list-pane', 'aria-labelledby': 'notes-heading' },
      h('h1', { id: 'notes-heading', class: 'visually-hidden' }, 'Notes'),
      this.controls.element,
      this.body,
    );
    this.live = new Live(() => this.#followed());
    this.#offerClients();
  }

  start() {
    this.live.start();
  }

  stop() {
    this.live.stop();
    this.asked?.abort();
  }

  /** Shows the list an address asks for, and which note of it is open. */
  show(query, open) {
    const filters = fromQuery(query);
    const before = JSON.stringify(toParameters(this.filters));
    const isFirst = this.loaded === undefined;
    this.filters = filters;
    this.open = open;
    this.controls.show(filters);
    if (isFirst || JSON.stringify(toParameters(filters)) !== before) this.#load();
    else this.#render();
  }

  /** Asks for everything anew: what was deleted is not among the changes. */
  reload() {
    this.#load();
  }

  /** Puts the focus on the row of a note, after it was closed. */
  focusRow(noteId) {
    focusOn(this.items.get(noteId)?.querySelector('a') ?? this.controls.words);
  }

  /** The arrow keys go from note to note. */
  #step(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...this.body.querySelectorAll('a.row')];
    const at = rows.indexOf(document.activeElement);
    if (!step || at < 0 || !rows[at + step]) return;
    event.preventDefault();
    rows[at + step].focus();
  }

  #path() {
    return this.open ? ['notes', this.open] : ['notes'];
  }

  async #offerClients() {
    try {
      const { clients } = await this.office.api.clients();
      this.controls.offer([...clients].sort((a, b) => a.name.localeCompare(b.name)));
    } catch {
      // The list works without the choice of clients.
    }
  }

  async #load() {
    this.asked?.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    this.loaded = 'loading';
    this.rows.clear();
    this.items.clear();
    this.searched = null;
    this.cursor = null;
    this.#render();
    const parameters = toParameters(this.filters);
    try {
      const started = performance.now();
      const [newest, review] = await Promise.all([
        this.office.api.notes({ ...parameters, limit: PAGE }, signal),
        parameters.needs_review ? { notes: [] } : this.office.api.notes({ ...parameters, needs_review: 'true', limit: REVIEW_PAGE }, signal),
      ]);
      this.since = this.office.api.now() - (performance.now() - started);
      this.lookedLong = this.since;
      this.loaded = 'loaded';
      this.cursor = newest.cursor;
      this.#take([...review.notes, ...newest.notes]);
      this.office.offline(null);
      if (newest.notes.length < PAGE && this.cursor && howMany(this.filters) > 0) await this.#more(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.loaded = error;
    }
    this.#render();
  }

  #take(rows) {
    const changed = rows.filter((row) => {
      const known = this.rows.get(row.note_id);
      return !known || known.revision < row.revision;
    });
    for (const row of changed) {
      this.rows.set(row.note_id, row);
      this.items.delete(row.note_id);
    }
    return changed;
  }

  async #more(signal = this.asked.signal) {
    const page = await this.office.api.notes({ ...toParameters(this.filters), limit: PAGE, cursor: this.cursor }, signal);
    this.cursor = page.cursor;
    this.#take(page.notes);
  }

  /** What changed since the last time; a row that does not pass the filters any more goes. */
  async #followed() {
    if (this.loaded !== 'loaded') {
      if (this.loaded instanceof Problem) await this.#load();
      return;
    }
    const { signal } = this.asked;
    const asked = this.office.api.now();
    const isLong = asked - this.lookedLong > LONG_LOOK_EVERY_MS;
    try {
      const rows = await this.office.api.changes(this.since - (isLong ? LONG_LOOK_BACK_MS : LOOK_BACK_MS), signal);
      this.since = asked;
      if (isLong) this.lookedLong = asked;
      this.office.offline(null);
      const isNew = (row) => !this.rows.has(row.note_id) && passes(row, this.filters);
      const fresh = rows.filter(isNew);
      const known = rows.filter((row) => this.rows.has(row.note_id) || isNew(row));
      const changed = this.#take(known);
      for (const row of changed) if (!passes(row, this.filters)) this.rows.delete(row.note_id);
      if (changed.length === 0) return;
      this.#render();
      this.onChanged(changed);
      if (fresh.length > 0) say(fresh.length === 1 ? `New note: ${titleOfRow(fresh[0])}` : count(fresh.length, 'new note'));
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && error.isPassing) this.office.offline(inWords(error));
      throw error;
    }
  }

  async #searchFurther(button) {
    button.disabled = true;
    const { signal } = this.asked;
    try {
      const parameters = toParameters(this.filters);
      const cursor = this.searched?.q === this.filters.q ? this.searched.cursor : null;
      const page = await this.office.api.search({ ...parameters, q: this.filters.q, cursor }, signal);
      const looked = (this.searched?.q === this.filters.q ? this.searched.looked : 0) + (page.looked_at ?? 0);
      const matches = new Set(this.searched?.q === this.filters.q ? this.searched.matches : []);
      for (const row of page.notes) matches.add(row.note_id);
      this.searched = { q: this.filters.q, cursor: page.cursor, looked, back: page.looked_back_to, matches };
      this.#take(page.notes);
      this.#render();
      say(`${count(matches.size, 'note')} found.`);
    } catch (error) {
      if (signal.aborted) return;
      tellFailure(inWords(error));
      button.disabled = false;
    }
  }

  #shown() {
    const found = this.searched?.q === this.filters.q ? this.searched.matches : null;
    return [...this.rows.values()]
      .filter((row) => !this.filters.q || found?.has(row.note_id) || hasWords(row, this.filters.q))
      .sort((a, b) => (a.received_at === b.received_at ? a.note_id.localeCompare(b.note_id) : a.received_at < b.received_at ? 1 : -1));
  }

  #item(row, underDay) {
    let item = this.items.get(row.note_id);
    // A link keeps the filters it was made with, so it is made again when they change.
    const made = JSON.stringify([this.filters, underDay]);
    if (!item || item.dataset.made !== made) {
      item = noteRow(row, this.filters, underDay);
      item.dataset.made = made;
      this.items.set(row.note_id, item);
    }
    const link = item.firstElementChild;
    if (row.note_id === this.open) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
    return item;
  }

  #render() {
    const focused = document.activeElement?.closest?.('[data-note]')?.dataset.note;
    fill(this.body, this.#content());
    if (focused && this.element.contains(this.items.get(focused) ?? null)) {
      this.items.get(focused).querySelector('a').focus({ preventScroll: true });
    }
  }

  #content() {
    if (this.loaded === 'loading') return loading('the notes');
    if (this.loaded !== 'loaded') return failed(this.loaded, () => this.#load());
    const shown = this.#shown();
    const review = this.filters.review ? [] : shown.filter((row) => row.needs_review.length > 0);
    const others = this.filters.review ? shown : shown.filter((row) => row.needs_review.length === 0);
    return [
      review.length > 0 && group('Needs review', review.map((row) => this.#item(row, false)), 'review', review.length),
      byDay(others).map(([heading, rows]) => group(heading, rows.map((row) => this.#item(row, true)))),
      shown.length === 0 && this.#nothing(),
      this.#foot(),
    ];
  }

  #nothing() {
    if (this.filters.q) return empty('Nothing that is loaded has these words.');
    if (howMany(this.filters) > 0) return empty('No note passes these filters.', h('button', { type: 'button', on: { click: () => this.controls.clear() } }, 'Clear filters'));
    return empty('Nothing has been filed yet.', 'When a worker sends a voice note to the company’s WhatsApp number, it appears here within seconds.', h('a', { class: 'button', href: route.to(['workers']) }, 'See who may send'));
  }

  #foot() {
    const parts = [];
    if (this.filters.q) parts.push(this.#searchFoot());
    else if (this.cursor) {
      parts.push(this.#button('Show older notes', async () => {
        await this.#more();
        this.#render();
      }));
    }
    return h('div', { class: 'list-foot' }, parts);
  }

  #searchFoot() {
    const searched = this.searched?.q === this.filters.q ? this.searched : null;
    const button = h('button', { type: 'button', on: { click: () => this.#searchFurther(button) } }, searched ? 'Look further back' : 'Search all notes');
    const back = searched?.back ? `, back to ${fullTime(searched.back)}` : '';
    return [
      h(
        'p',
        { class: 'faint' },
        searched
          ? `Looked through ${number(searched.looked)} notes${back}.${searched.cursor ? '' : ' That is all there are.'}`
          : `Looked through the titles of ${number(this.rows.size)} notes that are loaded here.`,
      ),
      (!searched || searched.cursor) && button,
    ];
  }

  #button(label, work) {
    const button = h('button', { type: 'button' }, label);
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        await work();
      } catch (error) {
        if (!this.asked.signal.aborted) tellFailure(inWords(error));
        button.disabled = false;
      }
    });
    return button;
  }
}

function group(heading, items, kind = '', total = null) {
  return h(
    'section',
    { class: `group ${kind}` },
    h('h2', {}, heading, total !== null && h('span', { class: 'badge' }, String(total))),
    h('ul', {}, items),
  );
}

/** Rows in order, as `[heading, rows]` for each day. */
function byDay(rows) {
  const days = new Map();
  for (const row of rows) {
    const heading = dayHeading(row.received_at);
    if (!days.has(heading)) days.set(heading, []);
    days.get(heading).push(row);
  }
  return [...days];
}
