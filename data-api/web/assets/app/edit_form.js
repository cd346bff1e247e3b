// A form that saves something: what is wrong is said in it, and what was typed stays until it is saved or left.

import { fill, h } from './dom.js';
import { inWords } from './problem.js';

/** The sentence for what was thrown. */
const sentence = (error) => h('p', { class: 'failure' }, inWords(error));

export class EditForm {
  #busy = false;

  #explain;

  /**
   * @param {{label: string, heading?: string|null, fields: any, submit: string, save: () => Promise<void>,
   *   close: () => void, cancel?: string, isDangerous?: boolean, others?: (form: EditForm) => any, kind?: string,
   *   explain?: (error: unknown) => any}} options
   *   A dangerous one has the focus on leaving it. `others` makes further buttons; `explain` says what was thrown in words
   *   of its own, or null for the usual ones.
   */
  constructor({
    label, heading = label, fields, submit, save, close,
    cancel = 'Cancel', isDangerous = false, others = () => null, kind = 'panel', explain = () => null,
  }) {
    this.#explain = explain;
    this.failure = h('div', { role: 'alert' });
    this.submit = h('button', { type: 'submit', class: isDangerous ? 'danger' : 'main' }, submit);
    this.element = h(
      'form',
      {
        class: kind,
        'aria-label': label,
        on: {
          submit: (event) => {
            event.preventDefault();
            this.attempt(save);
          },
          keydown: (event) => {
            if (event.key === 'Escape') close();
          },
        },
      },
      heading && h('h2', {}, heading),
      fields,
      this.failure,
      h(
        'div',
        { class: 'buttons' },
        this.submit,
        h('button', { type: 'button', class: isDangerous ? null : 'quiet', autofocus: isDangerous, on: { click: () => close() } }, cancel),
        others(this),
      ),
    );
  }

  /** Does something that may fail, once at a time. The button keeps the focus meanwhile. */
  async attempt(work) {
    if (this.#busy) return;
    this.#busy = true;
    this.submit.setAttribute('aria-busy', 'true');
    fill(this.failure);
    try {
      await work();
    } catch (error) {
      this.fail(error);
    } finally {
      this.#busy = false;
      this.submit.removeAttribute('aria-busy');
    }
  }

  /** Says what went wrong. */
  fail(error) {
    fill(this.failure, this.#explain(error) ?? sentence(error));
  }
}
