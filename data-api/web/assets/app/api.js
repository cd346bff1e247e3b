// The data API as this page uses it: every path, parameter and shape is named here and nowhere else.

import { Problem } from './problem.js';

/** Longest wait for an answer, milliseconds: the gateway gives up after 30 s. */
const PATIENCE_MS = 29_000;

/** Most pages of strangers' messages that are read: the service looks at 50 messages for each. */
const MOST_STRANGER_PAGES = 4;

/** A service may be below any path, so addresses are made from where this page is. */
const base = () => new URL('.', document.baseURI);

export class Api {
  #key;

  #onSignedOut;

  /** How far this device's clock is behind the service's, milliseconds. */
  #behind = 0;

  /**
   * @param {string} key
   * @param {() => void} onSignedOut called when the key is refused
   */
  constructor(key, onSignedOut = () => {}) {
    this.#key = key;
    this.#onSignedOut = onSignedOut;
  }

  /**
   * One request.
   * @returns {Promise<{status: number, data: any, bytes: ArrayBuffer, etag: string|null, headers: Headers}>} `data` of JSON
   * @throws {Problem}
   */
  async request(method, path, { query = {}, json, body, type, match, noneMatch, signal } = {}) {
    const address = new URL(path.map(encodeURIComponent).join('/'), base());
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null && value !== '') address.searchParams.set(name, value);
    }
    const headers = { 'x-api-key': this.#key };
    if (json !== undefined) headers['content-type'] = 'application/json';
    if (type) headers['content-type'] = type;
    if (match) headers['if-match'] = match;
    if (noneMatch) headers['if-none-match'] = noneMatch;

    const ending = new AbortController();
    const end = () => ending.abort();
    const timer = setTimeout(end, PATIENCE_MS);
    signal?.addEventListener('abort', end, { once: true });
    let response;
    let bytes;
    try {
      response = await fetch(address, {
        method,
        headers,
        body: json === undefined ? body : JSON.stringify(json),
        signal: ending.signal,
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
      });
      bytes = await response.arrayBuffer();
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem({ status: 0 });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    }
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) this.#behind = date - Date.now();
    const data = parsed(bytes, response.headers.get('content-type') ?? '');
    if (!response.ok && response.status !== 304) {
      const problem = new Problem({
        status: response.status,
        detail: data?.detail ?? data?.title,
        parameter: data?.parameter,
        requestId: data?.request_id ?? response.headers.get('x-request-id') ?? undefined,
        errors: data?.errors,
      });
      if (problem.isSignedOut) this.#onSignedOut();
      throw problem;
    }
    return { status: response.status, data, bytes, etag: response.headers.get('etag'), headers: response.headers };
  }

  /** What the service's clock shows, milliseconds since 1970. */
  now() {
    return Date.now() + this.#behind;
  }

  /** Companies the key sees: `{companies: [{company_id, company_name?}], truncated}`. One with nothing filed may be missing. */
  async companies() {
    return (await this.request('GET', ['companies'])).data;
  }

  /** Whether it is the admin key: every key made here is `{key_id}.{secret}`, the admin key has no dot. */
  get isAdmin() {
    return !this.#key.includes('.');
  }

  /** Every key, without its secret: `[{key_id, label, companies, created_at, expires_at?, revoked_at?}]`. For the admin key. */
  async keys(signal) {
    const keys = [];
    let cursor;
    do {
      const { data } = await this.request('GET', ['keys'], { query: { cursor }, signal });
      keys.push(...data.keys);
      cursor = data.cursor;
    } while (cursor);
    return keys;
  }

  /** Makes a key: what is listed of it, and its secret `api_key` this once. For the admin key. */
  async makeKey(wanted) {
    return (await this.request('POST', ['keys'], { json: wanted })).data;
  }

  /** Revokes a key. For the admin key. */
  async revokeKey(keyId) {
    await this.request('DELETE', ['keys', keyId]);
  }

  /** A company's own routes. */
  company(companyId) {
    return new CompanyApi(this, companyId);
  }
}

export class CompanyApi {
  #api;

  constructor(api, companyId) {
    this.#api = api;
    this.companyId = companyId;
  }

  #request(method, path, options = {}) {
    return this.#api.request(method, path, { ...options, query: { company_id: this.companyId, ...options.query } });
  }

  /** A page of rows, newest first: `{notes, cursor}`. */
  async notes(query, signal) {
    return (await this.#request('GET', ['notes'], { query, signal })).data;
  }

  /** Rows of notes that changed since a moment, each as it is now. */
  async changes(since, signal) {
    const rows = [];
    let cursor;
    do {
      const page = await this.notes({ updated_since: new Date(since).toISOString(), limit: 100, cursor }, signal);
      rows.push(...page.notes);
      cursor = page.cursor;
    } while (cursor);
    return rows;
  }

  /** What the service's clock shows, milliseconds since 1970. */
  now() {
    return this.#api.now();
  }

  /** A page of what words occur in: `{notes, cursor, looked_at, …}`. */
  async search(query, signal) {
    return (await this.#request('GET', ['notes', 'search'], { query, signal })).data;
  }

  /** A note and its entity tag: `{note, etag}`; with the tag of a known one, null when it is still that. */
  async note(noteId, { noneMatch, signal } = {}) {
    const { status, data, etag } = await this.#request('GET', ['notes', noteId], { noneMatch, signal });
    return status === 304 ? null : { note: data, etag };
  }

  /** Corrects a note: `{note, etag}`. */
  async correct(noteId, etag, change) {
    const answer = await this.#request('PATCH', ['notes', noteId], { json: change, match: etag });
    return { note: answer.data, etag: answer.etag };
  }

  /** Deletes a note for good, or every note of its message. One that was cut off is continued by repeating it. */
  async remove(noteId, wholeMessage) {
    await this.#request('DELETE', ['notes', noteId], { query: { whole_message: wholeMessage ? 'true' : '' } });
  }

  /** Has the notes received between two moments written into a file: `{url, notes}`; the address is good for five minutes. */
  async exportNotes({ from, to, format }) {
    return (await this.#request('POST', ['notes', 'export'], { query: { from, to, format } })).data;
  }

  /** How the message of a note went: replies, cost, failure; null when that is not known (yet). */
  async outcome(messageId, signal) {
    try {
      return (await this.#request('GET', ['messages', messageId, 'outcome'], { signal })).data;
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return null;
      throw error;
    }
  }

  /** A presigned address of a file, good for five minutes. */
  async fileAddress(key, signal) {
    const { data } = await this.#api.request('GET', ['files', 'get-download-url'], { query: { key }, signal });
    return data.url;
  }

  /** `{workers, truncated}`. */
  async workers(signal) {
    return (await this.#request('GET', ['workers'], { signal })).data;
  }

  /** Adds or changes a worker: what is sent replaces what is known of them. */
  async putWorker(worker) {
    return (await this.#request('PUT', ['workers'], { json: worker })).data;
  }

  /** Removes a worker the office added. */
  async removeWorker(customerId) {
    await this.#request('DELETE', ['workers'], { query: { customer_id: customerId } });
  }

  /**
   * Messages from senders who were not known, newest first: `[{message_id, from, received_at, type, media, known, …}]`.
   * Pages may come empty, because they are cut before it is decided what this company may see.
   */
  async strangers(signal) {
    const messages = [];
    let cursor;
    for (let page = 0; page < MOST_STRANGER_PAGES; page += 1) {
      const { data } = await this.#request('GET', ['messages', 'unknown'], { query: { cursor }, signal });
      messages.push(...data.messages);
      cursor = data.cursor;
      if (!cursor) break;
    }
    return messages;
  }

  /** Files a message whose sender is a worker by now: `{state, begins_in_s}`. */
  async replay(messageId) {
    return (await this.#request('POST', ['messages', messageId, 'replay'])).data;
  }

  /** `{clients, learned, etag}`. */
  async clients(signal) {
    const { data, etag } = await this.#request('GET', ['clients'], { signal });
    return { clients: data.clients ?? [], learned: data.learned ?? [], etag };
  }

  /** Replaces the client list. */
  async putClients(clients, etag) {
    return this.#request('PUT', ['clients'], { json: { clients }, match: etag });
  }

  /** The client list as a table for a spreadsheet, bytes. */
  async clientsCsv() {
    return (await this.#request('GET', ['clients'], { query: { format: 'csv' } })).bytes;
  }

  /** Replaces the client list with a CSV file. */
  async putClientsCsv(csv, etag) {
    return this.#request('PUT', ['clients'], { body: csv, type: 'text/csv', match: etag });
  }

  /** Forgets what was learned of a client's name. */
  async forgetAlias(clientId, heard) {
    return this.#request('DELETE', ['clients', clientId, 'learned'], { query: { heard } });
  }
}

function parsed(bytes, type) {
  if (bytes.byteLength === 0 || !/json/i.test(type)) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
