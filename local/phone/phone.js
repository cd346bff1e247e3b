// A worker's phone: chooses who writes, composes, sends through the stand-in, shows what comes back.

import { Chat, h } from './chat.js';
import { CannotRecord, Recorder } from './recorder.js';
import * as standin from './standin.js';

/** Between two looks for replies, milliseconds. */
const EVERY_MS = 1500;

const ui = Object.fromEntries(
  ['worker', 'other', 'number', 'chat', 'trouble', 'composer', 'quote', 'draft', 'file', 'text', 'record', 'send', 'sample', 'said'].map((id) => [id, document.getElementById(id)]),
);

const chat = new Chat(ui.chat, quote);
let samples = [];
let quoted = null;
let draft = null;
let recorder = null;

/** The chosen worker: `{number: '+61…', name?}`. */
function worker() {
  const sample = samples.find((one) => one.from === ui.worker.value);
  const number = sample ? sample.from.replace(/^whatsapp:/, '') : ui.number.value.replace(/[^\d+]/g, '');
  return { number, name: sample?.profile_name, sample };
}

function isNumber({ number }) {
  return /^\+\d{6,15}$/.test(number);
}

function trouble(sentence) {
  ui.trouble.textContent = sentence ?? '';
  ui.trouble.hidden = !sentence;
}

function inWords(error) {
  return error instanceof standin.ControlFailed || error instanceof CannotRecord ? error.message : `This page has a fault: ${error.message}`;
}

// Who writes

async function offerWorkers() {
  const found = await standin.sampleMessages();
  samples = found.filter((one, at) => found.findIndex((other) => other.from === one.from) === at);
  const options = samples.map((one) => h('option', { value: one.from }, `${one.profile_name}, ${one.from.replace('whatsapp:', '')}`));
  ui.worker.replaceChildren(...options, h('option', { value: '' }, 'Another number…'));
  changeWorker();
}

function changeWorker() {
  ui.other.hidden = ui.worker.value !== '';
  chat.clear();
  for (const message of remembered()) chat.put(message);
  discard();
  quote(null);
  offerSample();
  look();
}

function offerSample() {
  const { sample } = worker();
  ui.sample.replaceChildren();
  if (!sample) return;
  const label = sample.audio ? `Send ${sample.profile_name}’s sample voice note` : `Send ${sample.profile_name}’s sample text`;
  ui.sample.append(h('button', { type: 'button', class: 'button', onclick: () => sendSample(sample) }, label));
}

// What was sent is remembered for this tab; recordings and pictures are not.

const memory = () => `phone/${worker().number}`;

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(memory()) ?? '[]');
  } catch {
    return [];
  }
}

function remember(message) {
  const { media, ...rest } = message;
  const kept = media ? { ...rest, media: { kind: media.kind, name: media.name } } : rest;
  sessionStorage.setItem(memory(), JSON.stringify([...remembered().filter((one) => one.sid !== message.sid), kept]));
}

// Quoting

function quote(message) {
  quoted = message;
  ui.quote.hidden = !message;
  ui.quote.replaceChildren();
  if (!message) return;
  ui.quote.append(
    h('div', { class: 'quoted' }, summary(message)),
    h('button', { type: 'button', class: 'button', 'aria-label': 'Do not quote', onclick: () => quote(null) }, '✕'),
  );
  ui.text.focus();
  chat.toEnd();
}

function summary(message) {
  return message.text || (message.media?.kind === 'audio' ? 'Voice note' : message.media?.name) || 'Message';
}

// A recording or a file that is not sent yet

function discard() {
  if (draft?.url && !draft.sent) URL.revokeObjectURL(draft.url);
  draft = null;
  ui.draft.hidden = true;
  ui.draft.replaceChildren();
  ui.file.value = '';
}

function offer(bytes, type, name) {
  discard();
  const kind = type.split('/')[0];
  draft = { bytes, type, name, kind, url: URL.createObjectURL(new Blob([bytes], { type })) };
  const parts = [];
  if (kind === 'audio') {
    const words = h('textarea', { id: 'words', rows: '2', placeholder: 'At Mrs Papadopoulos’s, order a new tap by Friday.' });
    draft.words = words;
    parts.push(
      h('audio', { controls: true, src: draft.url, 'aria-label': 'Your recording' }),
      h('label', { for: 'words' }, 'What I said'),
      words,
      h('p', { class: 'small' }, 'The local stand-in for speech recognition cannot hear. What you write here is what it will say it heard in this very recording; left empty, it says that it cannot hear. With a real OpenAI key, the recording itself is transcribed and this is not used.'),
    );
  } else if (kind === 'image') parts.push(h('img', { src: draft.url, alt: 'The picture to send' }));
  else parts.push(h('p', {}, name));
  parts.push(h('div', { class: 'line' }, h('button', { type: 'button', class: 'button', onclick: discard }, 'Discard')));
  ui.draft.append(h('div', { class: 'draft' }, parts));
  ui.draft.hidden = false;
  (draft.words ?? ui.text).focus();
}

async function toggleRecording() {
  trouble(null);
  try {
    if (!recorder) {
      recorder = await Recorder.begin();
      ui.record.classList.add('recording');
      ui.record.setAttribute('aria-label', 'Stop recording');
      ui.said.textContent = 'Recording.';
      return;
    }
    const ending = recorder;
    recorder = null;
    ui.record.classList.remove('recording');
    ui.record.setAttribute('aria-label', 'Record a voice note');
    offer(await ending.end(), 'audio/ogg', 'voice-note.ogg');
    ui.said.textContent = 'Recorded.';
  } catch (error) {
    recorder = null;
    ui.record.classList.remove('recording');
    trouble(inWords(error));
  }
}

// Sending

async function send({ text, file, words }) {
  const { number, name } = worker();
  const shown = { sid: `pending-${crypto.randomUUID()}`, mine: true, from: `whatsapp:${number}`, text, at: new Date().toISOString(), status: 'sending…' };
  if (file) shown.media = { kind: file.kind, url: file.url, name: file.name };
  if (quoted) shown.quoted = summary(quoted);
  const reply = quoted;
  quote(null);
  chat.put(shown);
  try {
    const parameters = { From: shown.from, Body: text };
    if (name) parameters.ProfileName = name;
    if (reply) {
      parameters.OriginalRepliedMessageSid = reply.sid;
      parameters.OriginalRepliedMessageSender = reply.from;
    }
    if (file) {
      if (words) await standin.putTranscript(file.bytes, words);
      parameters.MediaUrl0 = await standin.putMedia(file.bytes, file.type);
      parameters.MediaContentType0 = file.type;
    }
    const { sid, status } = await standin.receive(parameters);
    chat.rename(shown.sid, sid);
    const taken = status !== null && status < 300;
    Object.assign(shown, { sid, status: taken ? '✓ taken' : status === null ? 'the webhook did not answer' : `the webhook answered ${status}`, failed: !taken });
    remember(shown);
  } catch (error) {
    Object.assign(shown, { status: 'not sent', failed: true });
    trouble(inWords(error));
  }
  chat.put(shown);
  look();
}

async function sendSample(sample) {
  trouble(null);
  try {
    if (!sample.audio) {
      const words = new TextDecoder().decode(await standin.sampleFile(sample.words));
      await send({ text: words.trim() });
      return;
    }
    const bytes = await standin.sampleFile(sample.audio);
    const type = sample.content_type ?? 'audio/ogg';
    const url = URL.createObjectURL(new Blob([bytes], { type }));
    await send({ text: '', file: { bytes, type, kind: 'audio', url, name: sample.audio } });
  } catch (error) {
    trouble(inWords(error));
  }
}

ui.composer.addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = ui.text.value.trim();
  if (!text && !draft) return;
  if (!isNumber(worker())) {
    trouble('Type the number first, with its country code: +61 400 000 000.');
    ui.number.focus();
    return;
  }
  trouble(null);
  const file = draft;
  const words = file?.words?.value.trim();
  if (file) file.sent = true;
  discard();
  ui.text.value = '';
  ui.send.disabled = true;
  await send({ text, file, words });
  ui.send.disabled = false;
  ui.text.focus();
});

ui.text.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    ui.composer.requestSubmit();
  }
});
ui.record.addEventListener('click', toggleRecording);
ui.file.addEventListener('change', async () => {
  const [file] = ui.file.files;
  if (file) offer(new Uint8Array(await file.arrayBuffer()), file.type || 'application/octet-stream', file.name);
});
ui.worker.addEventListener('change', () => {
  changeWorker();
  if (!ui.other.hidden) ui.number.focus();
});
ui.number.addEventListener('change', changeWorker);

// Replies

let looking = false;

async function look() {
  const { number } = worker();
  if (looking || document.hidden || !isNumber({ number })) return;
  looking = true;
  try {
    for (const sent of await standin.messagesTo(number)) {
      if (worker().number !== number) break;
      if (chat.has(sent.sid)) continue;
      chat.put({ sid: sent.sid, mine: false, from: sent.from, text: sent.body, at: sent.created_at });
      ui.said.textContent = `Received: ${sent.body}`;
    }
    if (ui.trouble.dataset.from === 'look') trouble(null);
    ui.trouble.dataset.from = '';
  } catch (error) {
    ui.trouble.dataset.from = 'look';
    trouble(inWords(error));
  } finally {
    looking = false;
  }
}

setInterval(look, EVERY_MS);
document.addEventListener('visibilitychange', look);
offerWorkers();
