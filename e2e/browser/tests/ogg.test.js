// The remuxer of the phone page alone: WebM/Opus in, Ogg/Opus out, nothing of the sound touched.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { RATE, oggOf, samplesOf } from '../../../local/phone/ogg.js';
import { NotWebmOpus, isWebm, opusOf } from '../../../local/phone/webm.js';
import { sample } from '../support/files.js';

const UNKNOWN = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

function element(id, ...content) {
  const bytes = content.flat();
  return [...id, 0x10 | (bytes.length >> 24), (bytes.length >> 16) & 255, (bytes.length >> 8) & 255, bytes.length & 255, ...bytes];
}

const text = (words) => [...new TextEncoder().encode(words)];

/** A WebM file as a browser streams it: segment and clusters of unknown length. */
function webm(packets, { codec = 'A_OPUS', flags = 0x80, track = 1 } = {}) {
  const head = [...text('OpusHead'), 1, 1, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0];
  const blocks = packets.map((packet, at) =>
    at % 2 === 0
      ? element([0xa3], [0x80 | track, 0, at, flags, ...packet])
      : element([0xa0], element([0xa1], [0x80 | track, 0, at, flags & 0x7f, ...packet]), element([0x9b], [20])),
  );
  return Uint8Array.from([
    ...element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], text('webm'))),
    0x18, 0x53, 0x80, 0x67, ...UNKNOWN,
    ...element([0x15, 0x49, 0xa9, 0x66], element([0x2a, 0xd7, 0xb1], [0x0f, 0x42, 0x40])),
    ...element([0x16, 0x54, 0xae, 0x6b], element([0xae], element([0xd7], [1]), element([0x86], text(codec)), element([0x63, 0xa2], head))),
    0x1f, 0x43, 0xb6, 0x75, ...UNKNOWN,
    ...element([0xe7], [0]),
    ...blocks.flat(),
  ]);
}

/** The pages of an Ogg file, with the packets put together again. */
function pagesOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pages = [];
  let at = 0;
  while (at < bytes.length) {
    assert.equal(new TextDecoder().decode(bytes.subarray(at, at + 4)), 'OggS');
    const lacing = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
    const packets = [];
    let start = at + 27 + lacing.length;
    let length = 0;
    for (const segment of lacing) {
      length += segment;
      if (segment === 255) continue;
      packets.push(bytes.subarray(start, start + length));
      start += length;
      length = 0;
    }
    assert.equal(length, 0, 'no packet goes on in the next page');
    pages.push({ flags: bytes[at + 5], granule: Number(view.getBigUint64(at + 6, true)), sequence: view.getUint32(at + 18, true), crc: view.getUint32(at + 22, true), start: at, end: start, packets });
    at = start;
  }
  return pages;
}

/** CRC by the definition: bit by bit, with the checksum's own bytes zero. */
function crc(bytes) {
  let remainder = 0n;
  bytes.forEach((byte, at) => {
    remainder ^= BigInt(at >= 22 && at < 26 ? 0 : byte) << 24n;
    for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 0x80000000n ? ((remainder << 1n) ^ 0x04c11db7n) & 0xffffffffn : (remainder << 1n) & 0xffffffffn;
  });
  return Number(remainder);
}

/** Packets of 20 ms of different sizes, among them multiples of 255, where lacing is easy to get wrong. */
const packets = [1, 3, 254, 255, 256, 509, 510, 511, 765, ...Array(120).fill(60)].map((length, at) => Uint8Array.from({ length }, (_, index) => (index === 0 ? 0x78 : (at + index) & 255)));

describe('WebM to Ogg', () => {
  it('finds the packets in a streamed file', () => {
    const found = opusOf(webm(packets));
    assert.deepEqual(found.packets.map((packet) => [...packet]), packets.map((packet) => [...packet]));
    assert.equal(new TextDecoder().decode(found.head.subarray(0, 8)), 'OpusHead');
  });

  it('keeps every packet, counts the sound, and ends the stream', () => {
    const ogg = oggOf(opusOf(webm(packets)));
    const pages = pagesOf(ogg);
    assert.deepEqual(pages.slice(2).flatMap((page) => page.packets.map((packet) => [...packet])), packets.map((packet) => [...packet]));
    assert.deepEqual(pages.map((page) => page.sequence), pages.map((_, at) => at));
    assert.equal(pages[0].flags, 2);
    assert.deepEqual(pages.slice(1).map((page) => page.flags), [...Array(pages.length - 2).fill(0), 4]);
    assert.equal(new TextDecoder().decode(pages[1].packets[0].subarray(0, 8)), 'OpusTags');
    assert.equal(pages.at(-1).granule, packets.length * 0.02 * RATE);
    for (const page of pages) assert.equal(page.crc, crc(ogg.subarray(page.start, page.end)));
  });

  it('counts pages as another encoder did', () => {
    const real = sample('voice-note-1.ogg');
    for (const page of pagesOf(new Uint8Array(real))) assert.equal(page.crc, crc(real.subarray(page.start, page.end)));
  });

  it('ends with what is whole when the file was cut off', () => {
    const whole = webm(packets);
    assert.equal(opusOf(whole.subarray(0, whole.length - 5)).packets.length, packets.length - 1);
  });

  it('knows how long packets sound', () => {
    const of = (config, code, count = 0) => samplesOf(Uint8Array.from([(config << 3) | code, count]));
    assert.equal(of(15, 0), 960);
    assert.equal(of(3, 0), 2880);
    assert.equal(of(16, 0), 120);
    assert.equal(of(31, 1), 1920);
    assert.equal(of(1, 3, 3), 2880);
  });

  it('refuses what it cannot read', () => {
    for (const bytes of [new Uint8Array(), Uint8Array.from(text('RIFF....WAVE')), webm(packets, { codec: 'A_VORBIS' }), webm([]), webm(packets, { flags: 0x82 }), webm(packets, { track: 2 })]) {
      assert.throws(() => opusOf(bytes), NotWebmOpus);
    }
    assert.equal(isWebm(sample('voice-note-1.ogg')), false);
  });
});
