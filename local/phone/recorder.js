// Records from the microphone, and hands out an Ogg/Opus file as WhatsApp sends it.

import { oggOf } from './ogg.js';
import { NotWebmOpus, isWebm, opusOf } from './webm.js';

/** What is asked of the browser, best first. Chromium has the second, Firefox the first. */
const TYPES = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus'];

/** WhatsApp's voice notes are speech: some 24 kbit/s. */
const BITS_PER_SECOND = 24_000;

/** Why nothing can be recorded, in words. */
export class CannotRecord extends Error {}

export class Recorder {
  #recorder;

  #chunks = [];

  static async begin() {
    const type = TYPES.find((wanted) => window.MediaRecorder?.isTypeSupported(wanted));
    if (!type) throw new CannotRecord('This browser records neither Ogg nor WebM in Opus. Chromium and Firefox do.');
    if (!navigator.mediaDevices) throw new CannotRecord('The microphone is only offered on 127.0.0.1, localhost or https.');
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    } catch (error) {
      throw new CannotRecord(error.name === 'NotFoundError' ? 'There is no microphone.' : 'The browser was not allowed to use the microphone.');
    }
    return new Recorder(stream, type);
  }

  constructor(stream, type) {
    this.stream = stream;
    this.#recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS_PER_SECOND });
    this.#recorder.addEventListener('dataavailable', (event) => this.#chunks.push(event.data));
    this.#recorder.start();
  }

  /** Ends the recording. @returns {Promise<Uint8Array>} an Ogg file */
  async end() {
    const stopped = new Promise((resolve) => {
      this.#recorder.addEventListener('stop', resolve, { once: true });
    });
    this.#recorder.stop();
    await stopped;
    this.#release();
    const bytes = new Uint8Array(await new Blob(this.#chunks).arrayBuffer());
    if (!isWebm(bytes)) return bytes;
    try {
      return oggOf(opusOf(bytes));
    } catch (error) {
      if (error instanceof NotWebmOpus) throw new CannotRecord(`What the browser recorded cannot be used: ${error.message}`);
      throw error;
    }
  }

  #release() {
    for (const track of this.stream.getTracks()) track.stop();
  }
}
