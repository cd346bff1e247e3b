// The bubbles of one chat: what the worker sent and what came back, oldest first.

/** An element with text and children; data is only ever text. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') element.addEventListener('click', value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

export class Chat {
  /**
   * @param {HTMLElement} element
   * @param {(message: object) => void} onQuote
   */
  constructor(element, onQuote) {
    this.element = element;
    this.onQuote = onQuote;
    this.clear();
  }

  clear() {
    this.shown = new Map();
    this.element.replaceChildren(
      h('p', { class: 'hello' }, 'Nothing yet. Type, record or attach something: it goes through the signed webhook and the queue, and the reply appears here.'),
    );
  }

  /** Whether a message is shown. */
  has(sid) {
    return this.shown.has(sid);
  }

  /**
   * Shows a message, or shows it anew.
   * @param {{sid: string, mine: boolean, text?: string, at: string, media?: {kind: string, url?: string, name?: string}, quoted?: string, status?: string, failed?: boolean, from: string}} message
   */
  put(message) {
    const bubble = this.#bubble(message);
    const before = this.shown.get(message.sid);
    if (before) before.bubble.replaceWith(bubble);
    else {
      this.element.querySelector('.hello')?.remove();
      const later = [...this.shown.values()].find((other) => other.message.at > message.at);
      this.element.insertBefore(bubble, later?.bubble ?? null);
    }
    this.shown.set(message.sid, { message, bubble });
    if (!before) this.toEnd();
  }

  /** Shows the newest message whole, whatever stands below it. */
  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  /** Gives a message another sid, once it is known. */
  rename(from, to) {
    const entry = this.shown.get(from);
    if (!entry) return;
    this.shown.delete(from);
    entry.message.sid = to;
    this.shown.set(to, entry);
  }

  #bubble(message) {
    const { mine, text, at, media, quoted, status, failed } = message;
    return h(
      'article',
      { class: mine ? 'bubble mine' : 'bubble', 'aria-label': mine ? 'Sent' : 'Received' },
      quoted && h('div', { class: 'quoted' }, quoted),
      media && this.#media(media),
      text && h('p', {}, text),
      h(
        'div',
        { class: 'meta' },
        h('button', { type: 'button', onclick: () => this.onQuote(message) }, 'Reply'),
        status && h('span', { class: failed ? 'failed' : null }, status),
        h('time', { datetime: at }, time.format(new Date(at))),
      ),
    );
  }

  #media({ kind, url, name }) {
    if (!url) return h('p', { class: 'small' }, kind === 'audio' ? 'Voice note' : name ?? 'File');
    if (kind === 'audio') return h('audio', { controls: true, src: url, 'aria-label': 'Voice note' });
    if (kind === 'image') return h('img', { src: url, alt: name ?? 'Picture' });
    return h('p', { class: 'small' }, name ?? 'File');
  }
}
