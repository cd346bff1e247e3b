// One note, whole: heard, read, corrected. Each section is drawn again only when what it shows has changed, so that a
// correction does not stop the recording or take the focus away.

import { say, tell, tellFailure } from './announce.js';
import { actionItems } from './action_items.js';
import { pickClient } from './client_picker.js';
import { askToDelete } from './deletion.js';
import { fill, focusOn, h, icon, select } from './dom.js';
import { fullTime, size } from './format.js';
import { historyList } from './history.js';
import { clientLine } from './note_row.js';
import { noteTexts } from './note_texts.js';
import { titleOf } from './note_title.js';
import { outcomeSection } from './outcome_section.js';
import { pictures } from './pictures.js';
import { downloadButton, player } from './player.js';
import { Problem, inWords } from './problem.js';
import { INTENTS, count, intentName, linkedByName, messageKind, reviewSentence } from './words.js';

/** Sections in order: what each shows of a note, and how. */
const SECTIONS = [
  { of: (note) => note.needs_review, draw: (view, note) => view.review(note) },
  { of: (note) => note.attachments, draw: (view, note) => view.recordings(note) },
  { of: (note) => [note.clients, note.client_candidates, note.client_decision, note.intent, note.job_ref, note.site], draw: (view, note) => view.filing(note) },
  { of: (note) => [note.summary, note.job, note.context, note.title, note.intent], draw: (view, note) => noteTexts(note, (change, done) => view.correct(change, done)) },
  { of: (note) => [note.action_items, note.intent], draw: (view, note) => actionItems(note, (change, done) => view.correct(change, done)) },
  { of: (note) => note.attachments, draw: (view, note) => view.files(note) },
  { of: (note) => note.text, draw: (view, note) => view.words(note) },
  { of: () => null, draw: (view, note) => outcomeSection(view.office.api, note.message_id, view.signal) },
  { of: (note) => note.history, draw: (view, note) => historyList(note) },
];

export class NoteView {
  /**
   * @param {object} office
   * @param {string} noteId
   * @param {{back: () => string, onCorrected: () => void, onGone: () => void}} options
   */
  constructor(office, noteId, { back, onCorrected, onGone }) {
    this.office = office;
    this.noteId = noteId;
    this.back = back;
    this.onCorrected = onCorrected;
    this.onGone = onGone;
    this.closing = new AbortController();
    this.signal = this.closing.signal;
    this.heading = h('h2', { tabindex: '-1' }, 'Loading…');
    this.head = h('div', { class: 'note-head' });
    this.sections = SECTIONS.map(() => ({ shown: undefined, holder: h('div', { class: 'holder' }) }));
    this.foot = h('div', { class: 'faint note-foot' });
    this.element = h(
      'article',
      { class: 'note', 'aria-busy': 'true' },
      h('a', { class: 'back', href: back(), on: { click: (event) => { event.currentTarget.href = this.back(); } } }, icon('back'), 'All notes'),
      this.heading,
      this.head,
      this.sections.map((section) => section.holder),
      this.foot,
    );
    this.#load(true);
  }

  close() {
    this.closing.abort();
  }

  /** The note has this revision by now: shows it, unless it is shown already. */
  follow(revision) {
    if (this.note && revision > this.note.revision && !this.correcting) this.#load(false, 'This note was changed elsewhere and is shown anew.');
  }

  async #load(isFirst, sentence) {
    try {
      const found = await this.office.api.note(this.noteId, { noneMatch: this.etag, signal: this.signal });
      if (found) this.#show(found);
      if (isFirst) focusOn(this.heading);
      if (sentence) say(sentence);
    } catch (error) {
      if (this.signal.aborted) return;
      if (!isFirst) {
        tellFailure(inWords(error));
        return;
      }
      this.element.removeAttribute('aria-busy');
      const isGone = error instanceof Problem && error.status === 404;
      fill(this.heading, isGone ? 'No such note' : 'This note could not be loaded');
      fill(
        this.head,
        h('p', {}, isGone ? 'It may have been deleted, or belong to another company.' : inWords(error)),
        !isGone && h('button', { type: 'button', on: { click: () => this.#load(true) } }, 'Try again'),
      );
      focusOn(this.heading);
    }
  }

  #show({ note, etag }) {
    this.note = note;
    this.etag = etag;
    this.element.removeAttribute('aria-busy');
    fill(this.heading, titleOf(note));
    document.title = `${titleOf(note)} – AI Voice Tool`;
    fill(this.head, headLine(note));
    const focused = document.activeElement?.dataset?.focus;
    SECTIONS.forEach(({ of, draw }, at) => {
      const section = this.sections[at];
      const wanted = JSON.stringify(of(note) ?? null);
      if (section.shown === wanted) return;
      section.shown = wanted;
      fill(section.holder, draw(this, note));
    });
    if (focused) this.element.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    fill(
      this.foot,
      h('span', {}, `Note ${note.note_id}`, note.notes_in_message > 1 && ` · ${note.note_index} of ${note.notes_in_message} from one message`),
      h('button', { type: 'button', class: 'quiet small danger', 'data-focus': 'delete', on: { click: () => this.#delete() } }, 'Delete…'),
    );
  }

  /**
   * Sends a correction and shows what came of it.
   * @returns {Promise<boolean>} whether it was taken
   */
  async correct(change, done) {
    this.correcting = true;
    try {
      this.#show(await this.office.api.correct(this.noteId, this.etag, change));
      if (done) tell(done);
      this.onCorrected();
      return true;
    } catch (error) {
      if (this.signal.aborted) return false;
      if (error instanceof Problem && error.isStale) {
        this.etag = undefined;
        this.#forgetChoices();
        await this.#load(false);
        tellFailure('Someone else changed this note in the meantime, so your change was not made. The note is shown as it is now: look at it and change it again if that is still needed.');
      } else {
        tellFailure(inWords(error));
        this.#forgetChoices();
        this.#show({ note: this.note, etag: this.etag });
      }
      return false;
    } finally {
      this.correcting = false;
    }
  }

  async #delete() {
    const remove = (wholeMessage) => this.office.api.remove(this.noteId, wholeMessage);
    if (!(await askToDelete({ note: this.note, remove }))) return;
    tell('The note is deleted.');
    this.onGone();
  }

  /** The next drawing puts back what was ticked or chosen and not taken. */
  #forgetChoices() {
    for (const section of this.sections) {
      if (section.holder.querySelector('select, input')) section.shown = undefined;
    }
  }

  #address(key) {
    return () => this.office.api.fileAddress(key, this.signal);
  }

  review(note) {
    if (note.needs_review.length === 0) return null;
    const candidates = note.needs_review.includes('client_ambiguous') ? note.client_candidates : [];
    return h(
      'section',
      { class: 'banner', 'aria-label': 'Needs review' },
      icon('alert'),
      h(
        'div',
        {},
        note.needs_review.map((reason) => h('p', {}, reviewSentence(reason))),
        candidates.length > 0 &&
          h(
            'div',
            { class: 'buttons' },
            candidates.map((candidate) =>
              h('button', { type: 'button', on: { click: () => this.#chooseClient(candidate) } }, candidate.name),
            ),
          ),
        h(
          'div',
          { class: 'buttons' },
          h('button', { type: 'button', class: 'quiet', on: { click: () => this.correct({ reviewed: true }, 'Marked as reviewed.') } }, icon('check'), 'Mark as reviewed'),
        ),
      ),
    );
  }

  recordings(note) {
    const recordings = note.attachments.filter((attachment) => attachment.kind === 'audio');
    if (recordings.length === 0) return null;
    return h(
      'section',
      { 'aria-label': 'Recording' },
      recordings.map((attachment, at) =>
        player({
          attachment,
          label: recordings.length === 1 ? 'Recording' : `Recording ${at + 1} of ${recordings.length}`,
          address: this.#address(attachment.key),
        }),
      ),
    );
  }

  filing(note) {
    const intent = select(INTENTS, note.intent, {
      'data-focus': 'intent',
      'aria-label': 'Kind',
      on: {
        change: (event) => {
          const wanted = event.target.value;
          this.correct({ intent: wanted }, `Kind changed to ${intentName(wanted)}.`);
        },
      },
    });
    return h(
      'section',
      { class: 'facts', 'aria-label': 'Filing' },
      fact(
        'Client',
        h(
          'div',
          { class: 'fact-line' },
          h(
            'div',
            {},
            h('span', { class: note.clients.length > 0 ? 'strong' : 'unsure' }, clientLine(note)),
            note.clients.map((client) => h('p', { class: 'faint' }, heardLine(client))),
          ),
          h('button', { type: 'button', class: 'quiet', 'data-focus': 'client', on: { click: () => this.#changeClient() } }, icon('pencil'), h('span', { class: 'visually-hidden' }, 'Change the client'), h('span', { 'aria-hidden': 'true' }, 'Change')),
        ),
      ),
      fact('Kind', intent),
      note.job_ref && fact('Job', [note.job_ref.name, note.job_ref.reference].filter(Boolean).join(' · ') || note.job_ref.job_id),
      note.site && fact('Site', siteLine(note.site)),
    );
  }

  async #changeClient() {
    const chosen = await pickClient({ api: this.office.api, note: this.note });
    if (chosen !== undefined) await this.#chooseClient(chosen);
  }

  /** @param {{client_id: string, name: string}|null} client */
  async #chooseClient(client) {
    const change = { client_ids: client ? [client.client_id] : [] };
    await this.correct(change, client ? `Client changed to ${client.name}.` : 'The client was taken away.');
  }

  files(note) {
    const images = note.attachments.filter((attachment) => attachment.kind === 'image');
    const documents = note.attachments.filter((attachment) => attachment.kind === 'document');
    if (images.length + documents.length === 0) return null;
    return h(
      'section',
      {},
      images.length > 0 && [
        h('h3', {}, images.length === 1 ? 'Picture' : 'Pictures'),
        pictures(images, (key) => this.#address(key), note.worker.name),
      ],
      documents.length > 0 && [
        h('h3', {}, documents.length === 1 ? 'File' : 'Files'),
        h(
          'ul',
          { class: 'plain-list' },
          documents.map((attachment) => {
            const name = attachment.key.split('/').pop().split('_').slice(2).join('_') || attachment.content_type;
            return h('li', { class: 'file' }, icon('file'), h('span', {}, name), h('span', { class: 'faint' }, size(attachment.size)), downloadButton(this.#address(attachment.key), `file ${name}`));
          }),
        ),
      ],
    );
  }

  words(note) {
    const isRecorded = note.attachments.some((attachment) => attachment.kind === 'audio');
    return h(
      'section',
      {},
      h('h3', {}, isRecorded ? 'What was said' : 'What was written'),
      note.text.trim() ? h('blockquote', { class: 'prose', lang: note.languages?.spoken?.[0] ?? null }, note.text) : h('p', { class: 'faint' }, 'No words.'),
    );
  }
}

function headLine(note) {
  const { worker, source } = note;
  const said = [
    worker.name ?? worker.profile_name ?? worker.customer_id,
    fullTime(note.created_at),
    `${source.channel === 'whatsapp' ? 'WhatsApp' : source.channel} ${messageKind(source.type)}`,
    source.forwarded && 'forwarded',
    note.revision > 1 && `changed ${count(note.revision - 1, 'time')}`,
  ];
  return h('p', { class: 'parts' }, said.filter(Boolean).map((part) => h('span', {}, part)));
}

function heardLine(client) {
  const heard = client.heard ? `heard “${client.heard}”, ` : '';
  return `${heard}${linkedByName(client.by)}`;
}

function siteLine(site) {
  const where = site.latitude === undefined || site.latitude === null ? null : `${site.latitude}, ${site.longitude}`;
  return [site.address, where].filter(Boolean).join(' · ');
}

function fact(name, ...value) {
  return h('div', { class: 'fact' }, h('h3', {}, name), h('div', {}, value));
}
