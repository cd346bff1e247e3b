// How a message went: the reply that was sent and how far it got, what it cost. Left out where nothing is known.

import { fill, h, icon } from './dom.js';
import { dollars, duration, fullTime, number } from './format.js';
import { count, deliveryFailure, deliveryName, isUndelivered, suppressedSentence } from './words.js';

/**
 * @param {object} api
 * @param {string} messageId
 * @param {AbortSignal} signal
 */
export function outcomeSection(api, messageId, signal) {
  const section = h('section', { class: 'outcome', hidden: true });
  api.outcome(messageId, signal).then(
    (outcome) => {
      const parts = outcome ? [replyPart(outcome), failurePart(outcome), costPart(outcome)].filter(Boolean) : [];
      section.hidden = parts.length === 0;
      fill(section, parts);
    },
    () => {
      // What a message cost is not worth an error on the page.
    },
  );
  return section;
}

function replyPart(outcome) {
  const replies = outcome.replies ?? [];
  if (replies.length === 0 && !outcome.suppressed_reason) return null;
  return h(
    'div',
    {},
    h('h3', {}, 'The reply'),
    replies.map((reply) => {
      const bad = isUndelivered(reply.state);
      return h(
        'div',
        { class: 'reply' },
        h('p', { class: 'bubble', lang: reply.language ?? null }, reply.body),
        h(
          'p',
          { class: bad ? 'late' : 'faint' },
          bad && icon('alert'),
          reply.of > 1 ? `Part ${reply.part} of ${reply.of}: ` : '',
          deliveryName(reply.state),
          ` · ${fullTime(reply.at)}`,
          reply.error_code ? ` · ${deliveryFailure(reply.error_code)}` : '',
        ),
      );
    }),
    outcome.suppressed_reason && h('p', { class: 'faint' }, suppressedSentence(outcome.suppressed_reason)),
  );
}

function failurePart({ failure }) {
  if (!failure) return null;
  return h('div', {}, h('h3', {}, 'What went wrong'), h('p', {}, failure.message), h('p', { class: 'faint' }, `At the step “${failure.step}”, code ${failure.code}.`));
}

function costPart({ cost, steps = [] }) {
  if (!cost) return null;
  const took = steps.reduce((sum, step) => sum + step.ms, 0) / 1000;
  const parts = [
    cost.audio_s > 0 && `${duration(cost.audio_s)} of speech`,
    cost.input_tokens + cost.output_tokens > 0 && `${number(cost.input_tokens + cost.output_tokens)} tokens`,
    cost.messages_sent > 0 && `${count(cost.messages_sent, 'message')} sent`,
    took > 0 && `${took.toFixed(1)} s of work`,
  ].filter(Boolean);
  return h('div', {}, h('h3', {}, 'What it cost'), h('p', {}, `About ${dollars(cost.usd_estimate)}`, parts.length > 0 && h('span', { class: 'faint' }, ` · ${parts.join(' · ').replaceAll(/(\d) /g, '$1\u00a0')}`)));
}
