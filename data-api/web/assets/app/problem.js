// What went wrong with a request, in words a person can use.

/** A request that was not answered as hoped. */
export class Problem extends Error {
  /**
   * @param {{status: number, detail?: string, parameter?: string, requestId?: string, errors?: object[]}} what
   *   `status` 0: there was no answer at all.
   */
  constructor({ status, detail, parameter, requestId, errors }) {
    super(detail ?? '');
    this.name = 'Problem';
    this.status = status;
    this.detail = detail;
    this.parameter = parameter;
    this.requestId = requestId;
    this.errors = errors ?? [];
  }

  /** There was no answer: the network, or the service, is not there. */
  get isOffline() {
    return this.status === 0;
  }

  /** The key is not (or no longer) a valid one. */
  get isSignedOut() {
    return this.status === 401;
  }

  /** Someone else was faster. */
  get isStale() {
    return this.status === 412 || this.status === 428;
  }

  /** Waiting may help. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The sentence to show for anything that was thrown. */
export function inWords(error) {
  if (!(error instanceof Problem)) {
    return 'Something is wrong with this page itself. Load it again; if it stays, tell whoever runs this service.';
  }
  if (error.isOffline) {
    return navigator.onLine === false
      ? 'There is no network just now. What you see is from before.'
      : 'The service does not answer just now. It is tried again by itself.';
  }
  const sentences = [error.detail ?? GENERAL[error.status] ?? 'The service could not do this.'];
  if (error.status >= 500 && error.requestId) sentences.push(`Request ${error.requestId}.`);
  return sentences.join(' ');
}

/** For answers without a sentence of their own, such as the gateway's. */
const GENERAL = {
  401: 'This key is not valid.',
  403: 'This key may not do that.',
  404: 'There is nothing here that this key can see.',
  412: 'Someone else changed this in the meantime.',
  413: 'That is too large to send.',
  429: 'That was too much at a time. Wait a moment and try again.',
  500: 'Something is wrong on the other side.',
  502: 'The service does not answer just now.',
  503: 'The service is busy just now. Nothing was lost; try again shortly.',
  504: 'The service took too long. Try again shortly.',
};
