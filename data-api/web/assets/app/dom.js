// Builds elements. The one place where data becomes page: text only ever becomes text nodes, and an address only becomes
// a link when it leads to the web or back here. Nothing in this page parses HTML.

/** Attributes that hold addresses. */
const ADDRESSES = new Set(['href', 'src']);

/** What is set as a property, because the attribute means only the initial value. */
const PROPERTIES = new Set(['value', 'checked', 'disabled', 'hidden', 'selected', 'open', 'required', 'multiple', 'controls']);

/**
 * An address that may be linked to or loaded: http, https or relative. Anything else (`javascript:`, `data:`, …) is null.
 * @param {unknown} address
 * @returns {string|null}
 */
export function safeAddress(address) {
  if (typeof address !== 'string' || address === '') return null;
  try {
    const { protocol } = new URL(address, document.baseURI);
    return protocol === 'https:' || protocol === 'http:' ? address : null;
  } catch {
    return null;
  }
}

/**
 * An element.
 * @param {string} tag
 * @param {Record<string, any>} attributes `on` holds event listeners; null, undefined and false leave an attribute out.
 * @param {...any} children nodes, texts, lists of them; null, undefined and false are left out.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  fill(element, children);
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined) return;
  if (name === 'on') {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name.startsWith('on')) {
    throw new TypeError('Listeners are given in `on`.');
  } else if (ADDRESSES.has(name)) {
    const address = safeAddress(value);
    if (address !== null) element.setAttribute(name, address);
  } else if (PROPERTIES.has(name)) {
    element[name] = value;
  } else if (value !== false) {
    element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Replaces what is in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

function nodes(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== '')
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

/** Paths of the icons, drawn with a line of 2 on a grid of 24. */
const ICONS = {
  alert: 'M12 8v5M12 16.5v.5M10.3 3.9 2.4 18a2 2 0 0 0 1.7 3h15.8a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z',
  back: 'M15 5l-7 7 7 7',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6L6 18',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  filter: 'M4 6h16M7 12h10M10 18h4',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 5M15.5 9.5v.01',
  key: 'M14.5 14a5 5 0 1 0-4.6-3L3 18v3h4v-3h3v-3l1.5-1.5a5 5 0 0 0 3 .5ZM16 7.5v.01',
  mic: 'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM6 11a6 6 0 0 0 12 0M12 17v4',
  more: 'M5 12v.01M12 12v.01M19 12v.01',
  notes: 'M5 4h14v16H5zM9 9h6M9 13h6M9 17h3',
  pencil: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5a6.5 6.5 0 0 1 3.5 5.5',
  plus: 'M12 5v14M5 12h14',
  reply: 'M10 7 4 12l6 5M4 12h10a6 6 0 0 1 6 6',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16 16l4.5 4.5',
  signOut: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
  worker: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 21a7.5 7.5 0 0 1 15 0',
};

const SVG = 'http://www.w3.org/2000/svg';

/** A picture beside words: it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

let lastId = 0;

/** An id that no other element has. */
export function freshId(what) {
  lastId += 1;
  return `${what}-${lastId}`;
}

/** A labelled field: label above, hint and error below, tied together for a screen reader. */
export function field(label, control, { hint } = {}) {
  control.id ||= freshId('field');
  const notes = [];
  if (hint) notes.push(h('p', { class: 'hint', id: `${control.id}-hint` }, hint));
  if (hint) control.setAttribute('aria-describedby', `${control.id}-hint`);
  return h('div', { class: 'field' }, h('label', { for: control.id }, label), control, notes);
}

/** A `select` of `[value, label]` pairs. */
export function select(options, value, attributes = {}) {
  const element = h(
    'select',
    attributes,
    options.map(([option, label]) => h('option', { value: option, selected: option === value }, label)),
  );
  return element;
}

/** Puts the focus on something that is not in the tab order, such as a heading. */
export function focusOn(element) {
  if (!element) return;
  if (element.tabIndex < 0 && !element.hasAttribute('tabindex')) element.setAttribute('tabindex', '-1');
  element.focus({ preventScroll: false });
}
