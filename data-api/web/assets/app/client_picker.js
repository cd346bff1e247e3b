// A dialog to pick a client from the company's list: who it might have been comes first.

import { openDialog } from './dialog.js';
import { fill, freshId, h } from './dom.js';
import { matcher, textsOfClient } from './matching.js';
import { inWords } from './problem.js';
import { count } from './words.js';

/** Most clients shown at once; typing narrows them down. */
const MOST_SHOWN = 60;

/**
 * @param {{api: object, note: object}} options
 * @returns {Promise<{client_id: string, name: string}|null|undefined>} null: no client; undefined: nothing was chosen
 */
export function pickClient({ api, note }) {
  return openDialog('Which client is it?', (choose) => {
    let clients = [];
    const list = h('ul', { class: 'plain-list picks' });
    const status = h('p', { class: 'faint', role: 'status' }, 'Loading the clients…');
    const words = h('input', { type: 'search', id: freshId('pick'), placeholder: 'Name, address or number', autocomplete: 'off', autofocus: true });

    function show() {
      const matches = matcher(words.value);
      const found = clients.filter((client) => matches(textsOfClient(client)));
      fill(status, found.length > MOST_SHOWN ? `The first ${MOST_SHOWN} of ${found.length}. Type to narrow them down.` : count(found.length, 'client'));
      fill(list, found.slice(0, MOST_SHOWN).map((client) => pick(client, () => choose(client))));
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
    api.clients().then(
      (answer) => {
        clients = ordered(answer.clients, note);
        show();
      },
      (error) => fill(status, inWords(error)),
    );
    return [
      h('label', { class: 'visually-hidden', for: words.id }, 'Search the clients'),
      words,
      status,
      list,
      note.clients.length > 0 && h('button', { type: 'button', class: 'quiet', on: { click: () => choose(null) } }, 'No client at all'),
    ];
  }, { kind: 'picker' });
}

function pick(client, choose) {
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'pick', on: { click: choose } },
      h('strong', {}, client.name),
      client.address && h('span', { class: 'faint' }, client.address),
      client.rank !== Infinity && h('span', { class: 'badge' }, client.heard ? `heard “${client.heard}”` : 'possible'),
    ),
  );
}

/** Active clients by name, those it might have been first. */
function ordered(clients, note) {
  const candidates = new Map(note.client_candidates.map((candidate, rank) => [candidate.client_id, { rank, heard: candidate.heard }]));
  return clients
    .filter((client) => client.active !== false)
    .map((client) => ({ ...client, rank: Infinity, ...candidates.get(client.client_id) }))
    .sort((a, b) => (a.rank === b.rank ? a.name.localeCompare(b.name) : a.rank - b.rank));
}
