// The keys of people and systems: made, shown once, revoked. Only the admin key may.

import { tell } from './announce.js';
import { openDialog } from './dialog.js';
import { field, fill, focusOn, freshId, h, icon } from './dom.js';
import { EditForm } from './edit_form.js';
import { civilDay, fullTime, shortTime, startOfDay } from './format.js';
import { empty, failed, loading } from './placeholder.js';

export class KeysScreen {
  constructor(office) {
    this.office = office;
    this.keys = null;
    this.ending = new AbortController();
    this.form = h('div', {});
    this.made = h('div', {});
    this.list = h('div', {});
    this.add = h('button', { type: 'button', class: 'main', on: { click: () => this.#openForm() } }, icon('plus'), 'Make a key');
    this.element = h(
      'div',
      { class: 'page' },
      h('div', { class: 'page-head' }, h('h1', { tabindex: '-1' }, 'Keys'), this.add),
      h('p', { class: 'lead' }, 'Whoever signs in here, or fetches notes with a program, does it with a key. Each sees only its companies; a revoked one is refused everywhere within a minute.'),
      this.form,
      this.made,
      this.list,
    );
  }

  enter() {
    if (this.keys !== null) return;
    this.keys = [];
    fill(this.list, loading('the keys', 3));
    this.#load();
  }

  leave() {
    this.ending.abort();
  }

  async #load() {
    try {
      this.keys = await this.office.admin.keys(this.ending.signal);
      this.#render();
    } catch (error) {
      if (!this.ending.signal.aborted) fill(this.list, failed(error, () => this.#load()));
    }
  }

  #render() {
    const inOrder = [...this.keys].sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || (a.created_at < b.created_at ? 1 : -1));
    fill(
      this.list,
      inOrder.length === 0
        ? empty('There is only the admin key.', 'Make one for each person and each program, so that each can be revoked alone.')
        : h('ul', { class: 'cards' }, inOrder.map((key) => this.#card(key))),
    );
  }

  #card(key) {
    const revoke = h('button', { type: 'button', class: 'quiet danger', 'aria-label': `Revoke: ${key.label}`, on: { click: () => this.#revoke(key) } }, 'Revoke');
    return h(
      'li',
      { class: isOver(key) ? 'card off' : 'card' },
      h(
        'div',
        { class: 'card-words' },
        h('strong', {}, key.label),
        state(key),
        h('p', {}, key.companies.map((id) => this.office.nameOf(id)).join(', ')),
        h('p', { class: 'faint parts' }, [h('span', {}, h('code', {}, `${key.key_id}.…`)), h('span', {}, `made ${shortTime(key.created_at)}`), h('span', {}, ending(key))]),
      ),
      !isOver(key) && h('div', { class: 'buttons' }, revoke),
    );
  }

  #openForm() {
    const close = () => {
      fill(this.form);
      focusOn(this.add);
    };
    const label = h('input', { type: 'text', required: true, maxlength: '100', autocomplete: 'off' });
    const last = h('input', { type: 'date', min: civilDay(new Date()) });
    const boxes = this.office.companies.map(({ company_id: id }) => h('input', { type: 'checkbox', id: freshId('company'), value: id, checked: id === this.office.companyId }));
    const form = new EditForm({
      label: 'Make a key',
      fields: [
        h('div', { class: 'grid' }, field('What it is for', label, { hint: 'Such as “Front desk” or “Accounting system”.' }), field('Last day', last, { hint: 'Without one it is good until it is revoked.' })),
        h(
          'fieldset',
          {},
          h('legend', {}, 'Companies it sees'),
          boxes.map((box) => h('div', { class: 'choice' }, box, h('label', { for: box.id }, this.office.nameOf(box.value)))),
        ),
      ],
      submit: 'Make the key',
      close,
      save: async () => {
        const key = await this.office.admin.makeKey({
          label: label.value.trim(),
          companies: boxes.filter((box) => box.checked).map((box) => box.value),
          expires_at: last.value ? startOfDay(last.value, 1) : undefined,
        });
        fill(this.form);
        this.#showMade(key);
        await this.#load();
      },
    });
    fill(this.made);
    fill(this.form, form.element);
    label.focus();
  }

  /** The secret, this once. */
  #showMade({ label, api_key: secret }) {
    const value = h('input', { type: 'text', value: secret, readonly: true, autocomplete: 'off', spellcheck: 'false', class: 'secret' });
    const copy = h('button', { type: 'button', class: 'main' }, 'Copy');
    copy.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(secret);
        tell('The key is copied.');
      } catch {
        // A browser may forbid it; then it is marked, ready to be copied by hand.
        value.select();
        tell('Copy the marked key with the keyboard.');
      }
    });
    const done = () => {
      fill(this.made);
      focusOn(this.add);
    };
    fill(
      this.made,
      h(
        'section',
        { class: 'panel made-key', 'aria-labelledby': 'made-heading' },
        h('h2', { id: 'made-heading', tabindex: '-1' }, icon('key'), `The key “${label}”`),
        h('p', {}, 'It is shown now and never again. Give it to whom it is for, in a way that nobody else reads.'),
        field('Key', value),
        h('div', { class: 'buttons' }, copy, h('button', { type: 'button', class: 'quiet', on: { click: done } }, 'I have kept it')),
      ),
    );
    focusOn(this.made.querySelector('h2'));
  }

  async #revoke(key) {
    const revoked = await openDialog(`Revoke “${key.label}”?`, (close) => new EditForm({
      label: 'Revoke this key',
      heading: null,
      kind: 'question',
      fields: h('p', {}, 'Whoever uses it is signed out within a minute. A revoked key cannot be brought back.'),
      submit: 'Revoke it',
      cancel: 'Keep it',
      isDangerous: true,
      close,
      save: async () => {
        await this.office.admin.revokeKey(key.key_id);
        close(true);
      },
    }).element);
    if (!revoked) return;
    fill(this.made);
    tell(`“${key.label}” is revoked.`);
    await this.#load();
    focusOn(this.element.querySelector('h1'));
  }
}

/** Whether a key is refused by now. */
function isOver({ revoked_at: revokedAt, expires_at: expiresAt }) {
  return Boolean(revokedAt) || (Boolean(expiresAt) && Date.parse(expiresAt) <= Date.now());
}

function state(key) {
  if (key.revoked_at) return h('span', { class: 'badge' }, 'revoked');
  return isOver(key) && h('span', { class: 'badge' }, 'expired');
}

function ending({ revoked_at: revokedAt, expires_at: expiresAt }) {
  if (revokedAt) return `revoked ${shortTime(revokedAt)}`;
  return expiresAt ? `good until ${fullTime(expiresAt)}` : 'good until it is revoked';
}
