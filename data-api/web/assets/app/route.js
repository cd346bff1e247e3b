// Where in the page someone is. It is in the address's fragment, so it works below any path, with Back and with bookmarks.

/** `#/notes/SM01?intent=other` → `{path: ['notes', 'SM01'], query: {intent: 'other'}}`. */
export function parse(hash) {
  const text = hash.startsWith('#/') ? hash.slice(2) : '';
  const [path, query = ''] = text.split('?', 2);
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The fragment of a place; empty filters are left out. */
export function to(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`;
}

/** The current place. */
export function current() {
  return parse(window.location.hash);
}

/** Goes somewhere; `replace` leaves no step for Back. */
export function go(path, query = {}, { replace = false } = {}) {
  const target = to(path, query);
  if (target === window.location.hash) return;
  if (replace) {
    window.history.replaceState(null, '', target);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    window.location.hash = target;
  }
}
