// Keeps asking, cheaply: only while the page is seen, more slowly while the service does not answer.

/** Between two questions when it is not said otherwise, milliseconds. */
const EVERY_MS = 8_000;

/** The longest pause after failures, as a multiple of the usual one. */
const SLOWEST = 8;

export class Live {
  #ask;

  #timer = 0;

  #every;

  #pause;

  #asking = false;

  #stopped = false;

  /**
   * @param {() => Promise<void>} ask throws when there is no answer
   * @param {number} every milliseconds
   */
  constructor(ask, every = EVERY_MS) {
    this.#ask = ask;
    this.#every = every;
    this.#pause = every;
    this.wake = this.wake.bind(this);
  }

  start() {
    document.addEventListener('visibilitychange', this.wake);
    window.addEventListener('online', this.wake);
    this.#later();
    return this;
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.wake);
    window.removeEventListener('online', this.wake);
  }

  /** Asks now when the page is seen, else waits until it is. */
  wake() {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible') this.#turn();
  }

  #later() {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => this.#turn(), this.#pause);
  }

  async #turn() {
    if (this.#asking || this.#stopped || document.visibilityState === 'hidden') return;
    this.#asking = true;
    try {
      await this.#ask();
      this.#pause = this.#every;
    } catch {
      this.#pause = Math.min(this.#pause * 2, this.#every * SLOWEST);
    } finally {
      this.#asking = false;
      this.#later();
    }
  }
}
