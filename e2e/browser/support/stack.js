// The running local stack, as the file that STACK_ENV names describes it, and its stand-in's controls.

import { readFileSync } from 'node:fs';

/** Longest wait for something the stack does by itself, milliseconds. */
export const PATIENCE_MS = 30_000;

const file = process.env.STACK_ENV;
if (!file) throw new Error('STACK_ENV names no file: run this below `target/debug/local exec -- …`, or set it to .local/stack.env of a running stack.');

export const stack = Object.fromEntries(
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

/** The plumber of the sample company. */
export const MICK = 'whatsapp:+61491570156';

/** The office's page: relative addresses need the slash. */
export const officeUrl = `${stack.DATA_API_URL}/`;

async function answered(response) {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} from ${new URL(response.url).pathname}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

async function control(method, path, body, type = 'application/json') {
  const response = await fetch(`${stack.STANDIN_URL}/_control/${path}`, { method, body, headers: { 'content-type': type } });
  return answered(response);
}

/** A worker sends a message through the signed webhook. @returns {Promise<string>} its MessageSid */
export async function send(parameters) {
  const { sid, status } = await control('POST', 'inbound', JSON.stringify(parameters));
  if (status !== 200) throw new Error(`the webhook answered ${status}`);
  return sid;
}

/** Puts a file where Twilio would have it. */
export async function putMedia(id, bytes, type) {
  return (await control('PUT', `media/${id}`, bytes, type)).url;
}

/** What was sent to a number. */
export function messagesTo(number) {
  return control('GET', `messages?to=${encodeURIComponent(number)}`);
}

/** Orders how the next calls of a kind go wrong. */
export function disturb(fault) {
  return control('POST', 'faults', JSON.stringify(fault));
}

/** A request to the data API with the admin key, about the sample company; keys are about none. */
export async function api(method, path, { query = {}, json, headers = {} } = {}) {
  const address = new URL(path, officeUrl);
  if (!path.startsWith('keys')) address.searchParams.set('company_id', stack.COMPANY_ID);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  const response = await fetch(address, {
    method,
    headers: { 'x-api-key': stack.DATA_API_KEY, ...(json ? { 'content-type': 'application/json' } : {}), ...headers },
    body: json && JSON.stringify(json),
  });
  return { data: await answered(response), etag: response.headers.get('etag') };
}

/** Asks again and again until there is an answer that is not empty. */
export async function eventually(what, ask) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The first note of a message, once it is filed. */
export function filed(sid) {
  return eventually(`the note of ${sid}`, async () => {
    const { data } = await api('GET', 'notes', { query: { limit: '20' } });
    return data.notes.find((row) => row.message_id === sid);
  });
}

/** A number that no worker has. */
export function freshNumber() {
  return `+6149157${String(Math.floor(Math.random() * 9000) + 1000)}`;
}

/** A token that occurs nowhere else. */
export function unique() {
  return Math.random().toString(36).slice(2, 10);
}
