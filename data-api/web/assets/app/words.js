// The words for the codes in records. A code this page does not know is shown as it is, with spaces.

function named(table) {
  return (code) => table[code] ?? String(code ?? '').replace(/[-_]+/g, ' ');
}

/** Every intent with its name, in the order they are offered. */
export const INTENTS = [
  ['job-to-be-done', 'Job'],
  ['knowledge-document', 'Knowledge'],
  ['other', 'Other'],
];

export const intentName = named(Object.fromEntries(INTENTS));

/** Why a person has to look at a note: short, for a list. */
export const reviewName = named({
  client_ambiguous: 'Which client?',
  no_words: 'No words',
  refused: 'Not understood',
  unsupported_media: 'Unreadable file',
  over_limit: 'Not transcribed',
});

/** The same as a sentence. */
export const reviewSentence = named({
  client_ambiguous: 'Several clients fit what was said. Pick the right one.',
  no_words: 'There were no words to understand. Listen to the recording, or look at what was sent.',
  refused: 'The language model would not work on this. Read or listen for yourself.',
  unsupported_media: 'A recording or file could not be read by any machine here. Open it for yourself.',
  over_limit: 'This went over the day’s limit, so it was filed without a transcript. Listen to the recording.',
});

/** How far a sent reply got. */
export const deliveryName = named({
  accepted: 'handed to Twilio',
  queued: 'handed to Twilio',
  sending: 'being sent',
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'not delivered',
  failed: 'failed',
  canceled: 'cancelled',
});

/** Why a reply did not arrive, by Twilio's error code. */
export function deliveryFailure(code) {
  return DELIVERY_FAILURES[code] ?? `Twilio error ${code}`;
}

const DELIVERY_FAILURES = {
  21610: 'the worker asked for none (STOP)',
  63007: 'the company’s number is not set up for WhatsApp',
  63015: 'the worker has not joined Twilio’s sandbox',
  63016: 'WhatsApp’s 24 hours since their last message were over',
};

/** Whether a delivery state is a bad one. */
export function isUndelivered(state) {
  return state === 'undelivered' || state === 'failed' || state === 'canceled';
}

/** Why no reply was sent, as a sentence. */
export const suppressedSentence = named({
  opted_out: 'No reply was sent: the worker asked for none (STOP).',
  disabled: 'No reply was sent: replies are switched off for this company.',
  thanks: 'No reply was sent: thanks need none.',
  album: 'No reply of its own: one reply answers the whole album.',
  told_already: 'No reply was sent: the sender was told already.',
  too_late: 'No reply was sent: WhatsApp’s 24 hours were nearly over.',
  undeliverable: 'No reply arrived: Twilio says it cannot be delivered.',
});

/** What kind of message it was, by Twilio's word for it. */
export const messageKind = named({
  text: 'text',
  audio: 'voice note',
  image: 'picture',
  video: 'video',
  document: 'document',
  location: 'location',
  interactive: 'button',
});

/** Who linked a client. */
export const linkedByName = named({
  lookup: 'recognised by name',
  model: 'chosen by the language model',
  worker: 'confirmed by the worker',
  office: 'set by the office',
});

/** Who did something. */
export function actorName(actor) {
  if (!actor) return '';
  if (actor.kind === 'key') return actor.id === 'admin' ? 'the office (admin key)' : `the office (key ${actor.id})`;
  if (actor.kind === 'worker') return 'the worker';
  return actor.kind === 'system' ? 'the system' : `${actor.kind} ${actor.id}`;
}

/** `1 note`, `2 notes`. */
export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}
