// What has to be done: ticked, corrected, added to.

import { field, fill, focusOn, freshId, h, icon } from './dom.js';
import { EditForm } from './edit_form.js';
import { civilTime, day, fullTime, isPast } from './format.js';
import { actorName, count } from './words.js';

/**
 * @param {object} note
 * @param {(change: object, done: string) => Promise<boolean>} correct
 */
export function actionItems(note, correct) {
  const items = note.action_items;
  const open = items.filter((item) => !item.done).length;
  const adding = h('div', {});
  const add = h(
    'button',
    {
      type: 'button', class: 'quiet', 'data-focus': 'add-item',
      on: {
        click: () => {
          add.hidden = true;
          const close = () => {
            fill(adding);
            add.hidden = false;
            add.focus();
          };
          fill(adding, itemForm({}, async (item) => {
            if (await correct({ action_items: [item] }, 'Added.')) close();
          }, close));
          adding.querySelector('input').focus();
        },
      },
    },
    icon('plus'),
    'Add an item',
  );
  return h(
    'section',
    { class: 'items' },
    h('h3', {}, 'To do', items.length > 0 && h('span', { class: 'faint' }, open === 0 ? 'all done' : `${count(open, 'item')} open`)),
    items.length === 0 && h('p', { class: 'faint' }, 'Nothing was said to be done.'),
    h('ul', { class: 'plain-list' }, items.map((item) => itemLine(item, correct))),
    adding,
    add,
  );
}

function itemLine(item, correct) {
  const change = (changed) => ({ action_items: [{ item_id: item.item_id, ...changed }] });
  const box = h('input', {
    type: 'checkbox', id: freshId('item'), checked: item.done, 'data-focus': `tick-${item.item_id}`,
    on: {
      change: async () => {
        const done = box.checked;
        box.setAttribute('aria-busy', 'true');
        await correct(change({ done }), done ? `Ticked: ${item.text}` : `Open again: ${item.text}`);
        box.removeAttribute('aria-busy');
      },
    },
  });
  const line = h('li', { class: item.done ? 'item done' : 'item' });
  const edit = h(
    'button',
    {
      type: 'button', class: 'quiet small', 'aria-label': `Change: ${item.text}`, 'data-focus': `edit-${item.item_id}`,
      on: {
        click: () => {
          const whole = [...line.childNodes];
          const close = () => {
            fill(line, whole);
            focusOn(edit);
          };
          fill(line, itemForm(item, (changed) => correct(change(changed), 'Changed.'), close, () => correct(change({ remove: true }), 'Removed.')));
          line.querySelector('input').focus();
        },
      },
    },
    icon('pencil'),
  );
  return fill(
    line,
    box,
    h('div', { class: 'item-words' }, h('label', { for: box.id }, item.text), h('p', { class: 'faint' }, details(item))),
    edit,
  );
}

function details(item) {
  const due = item.due_date
    ? h('span', { class: !item.done && isPast(item.due_date) ? 'late' : null }, `${isPast(item.due_date) && !item.done ? 'Was due' : 'Due'} ${day(item.due_date)}${item.due_time ? `, ${civilTime(item.due_time)}` : ''}`)
    : null;
  const parts = [
    due,
    item.due_text && `“${item.due_text}”`,
    item.assignee && `for ${item.assignee.name}`,
    item.origin === 'office' && 'added by the office',
    item.origin === 'worker' && 'corrected by the worker',
    item.done && item.done_at && `ticked ${fullTime(item.done_at)} by ${actorName(item.done_by)}`,
  ].filter(Boolean);
  return parts.flatMap((part, at) => (at === 0 ? [part] : [' · ', part]));
}

/** What a form says that differs from the item: a day that is not touched stays as it was said. */
function differences(item, given) {
  const entries = Object.entries(given).filter(([name, value]) => value !== (item[name] ?? null));
  return Object.fromEntries(entries);
}

/**
 * @param {object} item one without an id is added
 * @param {(changed: object) => Promise<any>} save
 * @param {() => void} close
 * @param {() => Promise<any>} [remove]
 */
function itemForm(item, save, close, remove) {
  const text = h('input', { type: 'text', value: item.text ?? '', required: true, maxlength: '2000', autocomplete: 'off' });
  const date = h('input', { type: 'date', value: item.due_date ?? '' });
  const time = h('input', { type: 'time', value: civilTime(item.due_time) });
  const who = h('input', { type: 'text', value: item.assignee?.name ?? '', maxlength: '200', autocomplete: 'off' });
  const before = { ...item, due_time: item.due_time ? civilTime(item.due_time) : null };
  const form = new EditForm({
    label: item.item_id ? 'Change an item' : 'Add an item',
    heading: null,
    kind: 'item-form',
    fields: [field('What', text), h('div', { class: 'trio' }, field('Day', date), field('Time', time), field('Who', who))],
    submit: 'Save',
    close,
    save: async () => {
      const given = { text: text.value.trim(), due_date: date.value || null, due_time: (date.value && time.value) || null };
      const changed = differences(before, given);
      const name = who.value.trim();
      if (name !== (item.assignee?.name ?? '')) changed.assignee = name ? { name } : null;
      if (Object.keys(changed).length === 0) close();
      else await save(changed);
    },
    others: (own) => remove && h('button', { type: 'button', class: 'quiet danger', on: { click: () => own.attempt(remove) } }, 'Remove'),
  });
  return form.element;
}
