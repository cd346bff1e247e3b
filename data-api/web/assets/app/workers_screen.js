// The people who may send: listed, added, switched off; and the messages of numbers that nobody knew, to be filed.

import { tell, tellFailure } from './announce.js';
import { field, fill, focusOn, h, icon, select } from './dom.js';
import { EditForm } from './edit_form.js';
import { address, fullTime, shortTime } from './format.js';
import { Live } from './live.js';
import { empty, failed, loading } from './placeholder.js';
import { Problem, inWords } from './problem.js';
import { count, messageKind } from './words.js';

/** How often strangers' messages are asked for, milliseconds: they cost several reads each. */
const STRANGERS_EVERY_MS = 60_000;

/** Languages offered for replies; any other tag a worker has stays as it is. */
const LANGUAGES = [
  ['', 'As the company'],
  ['en', 'English'], ['en-AU', 'English (Australia)'], ['en-GB', 'English (UK)'], ['en-US', 'English (US)'],
  ['ar', 'Arabic'], ['zh', 'Chinese'], ['hr', 'Croatian'], ['nl', 'Dutch'], ['fr', 'French'], ['de', 'German'], ['el', 'Greek'],
  ['hi', 'Hindi'], ['it', 'Italian'], ['pl', 'Polish'], ['pt', 'Portuguese'], ['ro', 'Romanian'], ['sr', 'Serbian'],
  ['es', 'Spanish'], ['tr', 'Turkish'], ['uk', 'Ukrainian'], ['vi', 'Vietnamese'],
];

export class WorkersScreen {
  constructor(office) {
    this.office = office;
    this.workers = null;
    this.strangers = [];
    this.ending = new AbortController();
    this.form = h('div', {});
    this.add = h('button', { type: 'button', class: 'main', on: { click: () => this.#openForm({}, this.add) } }, icon('plus'), 'Add a worker');
    this.strangerPart = h('div', {});
    this.list = h('div', {});
    this.element = h(
      'div',
      { class: 'page' },
      h('div', { class: 'page-head' }, h('h1', { tabindex: '-1' }, 'Workers'), this.add),
      h('p', { class: 'lead' }, 'Who may send voice notes, texts and pictures to the company’s number.'),
      this.form,
      this.strangerPart,
      this.list,
    );
    this.live = new Live(() => this.#loadStrangers(), STRANGERS_EVERY_MS);
  }

  enter() {
    if (this.workers !== null) return;
    this.workers = [];
    fill(this.list, loading('the workers', 3));
    this.#load();
    this.#loadStrangers().catch(() => {});
    this.live.start();
  }

  leave() {
    this.live.stop();
    this.ending.abort();
  }

  async #load() {
    try {
      const { workers, truncated } = await this.office.api.workers(this.ending.signal);
      this.workers = workers;
      this.truncated = truncated;
      this.#render();
    } catch (error) {
      if (this.ending.signal.aborted) return;
      fill(this.list, failed(error, () => this.#load()));
    }
  }

  async #loadStrangers() {
    const strangers = await this.office.api.strangers(this.ending.signal);
    if (JSON.stringify(strangers) === JSON.stringify(this.strangers)) return;
    this.strangers = strangers;
    this.#renderStrangers();
  }

  #render() {
    const byName = [...this.workers].sort((a, b) => Number(b.active !== false) - Number(a.active !== false) || nameOf(a).localeCompare(nameOf(b)));
    fill(
      this.list,
      byName.length === 0
        ? empty('Nobody may send yet.', 'Add the first worker with their WhatsApp number.')
        : h('ul', { class: 'cards' }, byName.map((worker) => this.#card(worker))),
      this.truncated && h('p', { class: 'faint' }, 'There are more workers than are listed here.'),
    );
    this.#renderStrangers();
  }

  #card(worker) {
    const off = worker.active === false;
    const toggle = h(
      'button',
      { type: 'button', class: 'quiet', 'data-focus': `toggle-${worker.customer_id}`, 'aria-label': `${off ? 'Let in again' : 'Deactivate'}: ${nameOf(worker)}` },
      off ? 'Let in again' : 'Deactivate',
    );
    toggle.addEventListener('click', () => this.#switch(worker, off, toggle));
    const edit = h('button', { type: 'button', class: 'quiet', 'aria-label': `Change: ${nameOf(worker)}` }, icon('pencil'), 'Change');
    edit.addEventListener('click', () => this.#openForm(worker, edit));
    return h(
      'li',
      { class: off ? 'card off' : 'card' },
      h('span', { class: 'initials', 'aria-hidden': 'true' }, initials(worker)),
      h(
        'div',
        { class: 'card-words' },
        h('strong', {}, nameOf(worker)),
        off && h('span', { class: 'badge' }, 'deactivated'),
        h('p', { class: 'faint' }, [worker.phone_number ?? worker.user_id, worker.role, worker.locale].filter(Boolean).map(address).join(' · ')),
      ),
      h('div', { class: 'buttons' }, edit, toggle),
    );
  }

  /** Lets a worker send, or not any more. */
  async #switch(worker, active, toggle) {
    toggle.disabled = true;
    try {
      await this.office.api.putWorker({ ...worker, phone_number: withoutChannel(worker.phone_number), active });
      tell(active ? `${nameOf(worker)} can send again.` : `${nameOf(worker)} is deactivated. What they send is not filed.`);
      await this.#load();
      this.live.wake();
      this.list.querySelector(`[data-focus="${CSS.escape(`toggle-${worker.customer_id}`)}"]`)?.focus();
    } catch (error) {
      toggle.disabled = false;
      // A number in the customer file may be a national one; then only a person knows the whole of it.
      if (error instanceof Problem && error.parameter === 'phone_number') this.#openForm({ ...worker, active }, toggle, error);
      else tellFailure(inWords(error));
    }
  }

  /**
   * @param {object} worker one without an id is added
   * @param {HTMLElement} opener where the focus goes back to
   * @param {Problem|null} problem what is to be put right
   * @param {string} [hint] about the number
   */
  #openForm(worker, opener, problem = null, hint = 'With the country code, such as +61 400 000 000.') {
    const isNew = worker.customer_id === undefined;
    const close = () => {
      fill(this.form);
      focusOn(opener?.isConnected ? opener : this.add);
    };
    const name = h('input', { type: 'text', value: worker.name ?? '', required: true, maxlength: '100', autocomplete: 'off' });
    const phone = h('input', { type: 'tel', value: withoutChannel(worker.phone_number) ?? '', required: !worker.user_id, maxlength: '40', autocomplete: 'off' });
    const role = h('input', { type: 'text', value: worker.role ?? '', maxlength: '100', autocomplete: 'off' });
    const known = LANGUAGES.some(([tag]) => tag === (worker.locale ?? ''));
    const locale = select(known ? LANGUAGES : [...LANGUAGES, [worker.locale, worker.locale]], worker.locale ?? '');
    const done = async (sentence) => {
      tell(sentence);
      close();
      await this.#load();
      this.live.wake();
    };
    const save = async () => {
      const changed = {
        ...worker,
        name: name.value.trim(),
        phone_number: phone.value.trim() || undefined,
        role: role.value.trim() || undefined,
        locale: locale.value || undefined,
      };
      await this.office.api.putWorker(changed);
      await done(isNew ? `${changed.name} can send now.` : 'Saved.');
    };
    const remove = async () => {
      await this.office.api.removeWorker(worker.customer_id);
      await done(`${nameOf(worker)} is removed.`);
    };
    const form = new EditForm({
      label: isNew ? 'Add a worker' : 'Change a worker',
      heading: isNew ? 'Add a worker' : `Change ${nameOf(worker)}`,
      fields: h('div', { class: 'grid' }, field('Name', name), field('WhatsApp number', phone, { hint }), field('Role', role), field('Language of replies', locale)),
      submit: isNew ? 'Add' : 'Save',
      save,
      close,
      others: (form) => worker.kept_by === 'office' && h('button', { type: 'button', class: 'quiet danger', on: { click: () => form.attempt(remove) } }, 'Remove'),
    });
    if (problem) form.fail(problem);
    fill(this.form, form.element);
    (problem || (isNew && worker.name) ? phone : name).focus();
  }

  #renderStrangers() {
    if (this.strangers.length === 0) {
      fill(this.strangerPart);
      return;
    }
    fill(
      this.strangerPart,
      h(
        'section',
        { class: 'panel strangers', 'aria-labelledby': 'strangers-heading' },
        h('h2', { id: 'strangers-heading' }, icon('alert'), 'Messages from unknown numbers'),
        h('p', { class: 'faint' }, 'They were answered once and not filed. Add the sender as a worker, then file what they sent.'),
        h('ul', { class: 'plain-list' }, this.strangers.map((message) => this.#stranger(message))),
      ),
    );
  }

  #stranger(message) {
    const { known, profile_name: profileName } = message;
    const action = h('button', { type: 'button', class: known ? 'main' : '', 'data-focus': message.message_id }, known ? 'File it' : 'Add as worker');
    action.addEventListener('click', () => {
      if (known) this.#file(message, action);
      else this.#openForm({ name: profileName }, action, null, `The number that ends in ${message.from}, with its country code.`);
    });
    const what = [messageKind(message.type), message.media > 1 && count(message.media, 'file')].filter(Boolean).join(', ');
    return h(
      'li',
      { class: 'stranger' },
      h(
        'div',
        {},
        h('strong', {}, message.from),
        profileName && h('span', { class: 'faint' }, ` calls themselves “${profileName}”`),
        h('p', { class: 'faint' }, what, ' · ', h('time', { datetime: message.received_at, title: fullTime(message.received_at) }, shortTime(message.received_at))),
      ),
      action,
    );
  }

  async #file(message, action) {
    action.disabled = true;
    try {
      const { begins_in_s: seconds } = await this.office.api.replay(message.message_id);
      this.strangers = this.strangers.filter((one) => one !== message);
      this.#renderStrangers();
      tell(seconds > 5 ? `It is being filed, and appears among the notes in about ${seconds} seconds.` : 'It is being filed, and appears among the notes in a moment.');
      focusOn(this.element.querySelector('h1'));
    } catch (error) {
      tellFailure(inWords(error));
      action.disabled = false;
    }
  }
}

/** A number without the channel that may stand before it. */
function withoutChannel(number) {
  return number === undefined || number === null ? undefined : address(number);
}

function nameOf(worker) {
  return worker.name ?? worker.customer_id;
}

function initials(worker) {
  return nameOf(worker).split(/[\s-]+/).filter(Boolean).map((word) => [...word][0]).filter((_, at, all) => at === 0 || at === all.length - 1).join('').toUpperCase();
}
