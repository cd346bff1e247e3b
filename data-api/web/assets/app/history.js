// What was changed since a note was made, in words.

import { h } from './dom.js';
import { day, fullTime } from './format.js';
import { actorName, count, intentName, reviewName } from './words.js';

/** The history, newest first; nothing where nothing was changed. */
export function historyList(note) {
  const history = [...(note.history ?? [])].reverse();
  if (history.length === 0) return null;
  return h(
    'details',
    { class: 'history' },
    h('summary', {}, `Changed ${count(history.length, 'time')}`),
    h(
      'ol',
      { class: 'plain-list' },
      history.map((change) =>
        h(
          'li',
          {},
          h('p', { class: 'faint' }, `${fullTime(change.at)} · ${actorName(change.by)}`),
          h('ul', {}, sentences(change.changes, note).map((sentence) => h('li', {}, sentence))),
          change.reason && h('p', {}, `“${change.reason}”`),
        ),
      ),
    ),
  );
}

/** Fields that follow from another change. */
const FOLLOWING = /^\/(client_decision|client_candidates|action_items\/\d+\/(done_at|done_by|item_id))/;

function sentences(changes, note) {
  const told = changes.filter((change) => !FOLLOWING.test(change.path)).map((change) => sentence(change, note));
  return told.length > 0 ? [...new Set(told)] : changes.map((change) => sentence(change, note));
}

function sentence({ path, from, to }, note) {
  const [field, index, part] = path.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (field === 'intent') return `Kind: ${intentName(from)} → ${intentName(to)}`;
  if (field === 'clients') return index === undefined ? `Client: ${names(from)} → ${names(to)}` : part === 'name' ? `Client: ${from} → ${to}` : 'Client changed';
  if (field === 'needs_review') return index === undefined ? `Review: ${reasons(from)} → ${reasons(to)}` : 'Review changed';
  if (field === 'action_items' && index === undefined) return itemsSentence(from, to);
  if (field === 'action_items') {
    const text = note.action_items[Number(index)]?.text ?? `item ${Number(index) + 1}`;
    if (part === 'done') return to ? `Ticked “${text}”` : `Opened again “${text}”`;
    if (part === 'due_date') return `“${text}”: due ${from ? day(from) : 'no day'} → ${to ? day(to) : 'no day'}`;
    if (part === 'text') return `Item: “${from}” → “${to}”`;
    return `Item “${text}” changed`;
  }
  return `${field.replaceAll('_', ' ')}: ${shown(from)} → ${shown(to)}`;
}

function itemsSentence(from, to) {
  const before = Array.isArray(from) ? from : [];
  const after = Array.isArray(to) ? to : [];
  const ids = new Set(before.map((item) => item.item_id));
  const left = new Set(after.map((item) => item.item_id));
  const added = after.filter((item) => !ids.has(item.item_id)).map((item) => `“${item.text}”`);
  const removed = before.filter((item) => !left.has(item.item_id)).map((item) => `“${item.text}”`);
  const parts = [added.length > 0 && `Added ${added.join(', ')}`, removed.length > 0 && `Removed ${removed.join(', ')}`].filter(Boolean);
  return parts.join('. ') || 'Items changed';
}

function names(clients) {
  return Array.isArray(clients) && clients.length > 0 ? clients.map((client) => client.name ?? client.client_id).join(', ') : 'none';
}

function reasons(list) {
  return Array.isArray(list) && list.length > 0 ? list.map(reviewName).join(', ') : 'nothing open';
}

function shown(value) {
  if (value === null || value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
