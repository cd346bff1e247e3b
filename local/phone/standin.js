// The stand-in's controls, as this page uses them.

/** A control that could not be carried out, in words. */
export class ControlFailed extends Error {}

async function call(method, path, { body, type } = {}) {
  let response;
  try {
    response = await fetch(path, { method, body, headers: type ? { 'content-type': type } : {}, cache: 'no-store' });
  } catch {
    throw new ControlFailed('The local stack does not answer. Is it still running?');
  }
  const data = await response.json().catch(() => null);
  if (!response.ok) throw new ControlFailed(data?.detail ?? `The stand-in answered ${response.status}.`);
  return data;
}

/** Puts a file where Twilio would have it. @returns {Promise<string>} its address */
export async function putMedia(bytes, type) {
  const answer = await call('PUT', `/_control/media/${crypto.randomUUID()}`, { body: bytes, type });
  return answer.url;
}

/** Tells the transcription stand-in what is heard in a recording. */
export async function putTranscript(bytes, words) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  await call('PUT', `/_control/transcripts/${hex}`, { body: words, type: 'text/plain; charset=utf-8' });
}

/** A worker sends a message. @returns {Promise<{sid: string, status: number|null}>} */
export function receive(parameters) {
  return call('POST', '/_control/inbound', { body: JSON.stringify(parameters), type: 'application/json' });
}

/** What was sent to a number, oldest first. */
export function messagesTo(number) {
  return call('GET', `/_control/messages?to=${encodeURIComponent(number)}`);
}

/** The sample company's workers with a message each; none where the samples are not served. */
export async function sampleMessages() {
  try {
    const response = await fetch('/phone/samples/messages.json');
    return response.ok ? await response.json() : [];
  } catch {
    return [];
  }
}

/** A file of the samples. */
export async function sampleFile(name) {
  const response = await fetch(`/phone/samples/${encodeURIComponent(name)}`);
  if (!response.ok) throw new ControlFailed(`The sample ${name} is not there.`);
  return response.arrayBuffer();
}
