// A dialog to pick a client from the company's list: who it might have been comes first.

import { fill, freshId, h, icon } from './dom.js';
import { plain } from './note_filters.js';
import { inWords } from './problem.js';
import { count } from './words.js';

/** Most clients shown at once; typing narrows them down. */
const MOST_SHOWN = 60;

/**
 * @param {{api: object, note: object}} options
 * @returns {Promise<{client_id: string, name: string}|null|undefined>} null: no client; undefined: nothing was chosen
 */
export function pickClient({ api, note }) {
  return new Promise((resolve) => {
    let chosen;
    let clients = [];
    const list = h('ul', { class: 'plain-list picks' });
    const status = h('p', { class: 'faint', role: 'status' }, 'Loading the clients…');
    const words = h('input', { type: 'search', id: freshId('pick'), placeholder: 'Name, address or number', autocomplete: 'off' });
    const titleId = freshId('pick-title');
    const dialog = h(
      'dialog',
      { class: 'picker', 'aria-labelledby': titleId },
      h(
        'div',
        { class: 'dialog-head' },
        h('h2', { id: titleId }, 'Which client is it?'),
        h('button', { type: 'button', class: 'quiet small', 'aria-label': 'Close', on: { click: () => dialog.close() } }, icon('close')),
      ),
      h('label', { class: 'visually-hidden', for: words.id }, 'Search the clients'),
      words,
      status,
      list,
      note.clients.length > 0 && h('button', { type: 'button', class: 'quiet', on: { click: () => choose(null) } }, 'No client at all'),
    );

    function choose(client) {
      chosen = client;
      dialog.close();
    }

    function show() {
      const wanted = plain(words.value).split(/\s+/).filter(Boolean);
      const found = clients.filter((client) => wanted.every((word) => client.searched.includes(word)));
      fill(status, found.length > MOST_SHOWN ? `The first ${MOST_SHOWN} of ${found.length}. Type to narrow them down.` : count(found.length, 'client'));
      fill(list, found.slice(0, MOST_SHOWN).map((client) =>
        h(
          'li',
          {},
          h(
            'button',
            { type: 'button', class: 'pick', on: { click: () => choose(client) } },
            h('strong', {}, client.name),
            client.address && h('span', { class: 'faint' }, client.address),
            client.candidate && h('span', { class: 'badge' }, client.heard ? `heard “${client.heard}”` : 'possible'),
          ),
        ),
      ));
    }

    words.addEventListener('input', show);
    words.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown') {
        event.preventDefault();
        list.querySelector('button')?.focus();
      }
    });
    list.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const buttons = [...list.querySelectorAll('button')];
      (buttons[buttons.indexOf(document.activeElement) + step] ?? words).focus();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(chosen);
    });
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
    document.body.append(dialog);
    dialog.showModal();
    words.focus();

    api.clients().then(
      (answer) => {
        clients = ordered(answer.clients, note);
        show();
      },
      (error) => fill(status, inWords(error)),
    );
  });
}

/** Active clients by name, those it might have been first. */
function ordered(clients, note) {
  const candidates = new Map(note.client_candidates.map((candidate, at) => [candidate.client_id, { at, heard: candidate.heard }]));
  return clients
    .filter((client) => client.active !== false)
    .map((client) => ({
      ...client,
      candidate: candidates.has(client.client_id),
      heard: candidates.get(client.client_id)?.heard,
      rank: candidates.get(client.client_id)?.at ?? Infinity,
      searched: plain([client.name, ...(client.aliases ?? []), client.address, client.phone_number, ...(client.sites ?? []).map((site) => site.address)].filter(Boolean).join(' ')),
    }))
    .sort((a, b) => (a.rank === b.rank ? a.name.localeCompare(b.name) : a.rank - b.rank));
}
