// Keeps asking, cheaply: only while the page is seen, seldom while nobody touches it, more slowly while the service does
// not answer.

/** Between two questions when it is not said otherwise, milliseconds. */
const EVERY_MS = 8_000;

/** A page nobody has touched for so long is left open on a desk rather than worked with, milliseconds. */
const LEFT_AFTER_MS = 5 * 60_000;

/** It asks so much more seldom then; the longest pause after failures is as many times the usual one. */
const WHEN_LEFT = 4;
const SLOWEST = 8;

/** What a person does to a page. */
const TOUCHES = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'];

export class Live {
  #ask;

  #timer = 0;

  #every;

  /** How many times the usual pause the next one is, after failures. */
  #slower = 1;

  #touched = performance.now();

  #asking = false;

  #ending = new AbortController();

  /**
   * @param {() => Promise<void>} ask throws when there is no answer
   * @param {number} every milliseconds
   */
  constructor(ask, every = EVERY_MS) {
    this.#ask = ask;
    this.#every = every;
    this.wake = this.wake.bind(this);
  }

  start() {
    const { signal } = this.#ending;
    document.addEventListener('visibilitychange', this.wake, { signal });
    window.addEventListener('online', this.wake, { signal });
    for (const touch of TOUCHES) window.addEventListener(touch, () => this.#touch(), { signal, passive: true });
    this.#later();
    return this;
  }

  stop() {
    this.#ending.abort();
    clearTimeout(this.#timer);
  }

  /** Asks now when the page is seen, else waits until it is. */
  wake() {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible') this.#turn();
  }

  get #isLeft() {
    return performance.now() - this.#touched > LEFT_AFTER_MS;
  }

  /** Whoever comes back sees at once what has happened. */
  #touch() {
    const wasLeft = this.#isLeft;
    this.#touched = performance.now();
    if (wasLeft) this.wake();
  }

  #later() {
    clearTimeout(this.#timer);
    if (this.#ending.signal.aborted) return;
    this.#timer = setTimeout(() => this.#turn(), this.#every * Math.max(this.#slower, this.#isLeft ? WHEN_LEFT : 1));
  }

  async #turn() {
    if (this.#asking || this.#ending.signal.aborted || document.visibilityState === 'hidden') return;
    this.#asking = true;
    try {
      await this.#ask();
      this.#slower = 1;
    } catch {
      this.#slower = Math.min(this.#slower * 2, SLOWEST);
    } finally {
      this.#asking = false;
      this.#later();
    }
  }
}
