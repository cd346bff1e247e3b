// Writes Opus packets as an Ogg file (RFC 3533, RFC 7845): what WhatsApp's voice notes are.

/** Samples of a second in Opus' own time. */
export const RATE = 48_000;

/** Most lacing values of a page (RFC 3533, 6). */
const MOST_SEGMENTS = 255;

/** A page ends after this much sound, samples: a second is what RFC 7845 recommends. */
const PAGE_SAMPLES = RATE;

/** Any number will do where there is one stream. */
const SERIAL = 0x766f6963;

const BEGINS = 2;
const ENDS = 4;

/**
 * @param {{head: Uint8Array|null, packets: Uint8Array[]}} opus
 * @returns {Uint8Array}
 */
export function oggOf({ head, packets }) {
  const pages = [];
  const page = (flags, granule, contents) => pages.push(pageOf(flags, granule, pages.length, contents));
  page(BEGINS, 0, [isHead(head) ? head : usualHead()]);
  page(0, 0, [tags()]);
  let granule = 0;
  let held = [];
  let segments = 0;
  let samples = 0;
  packets.forEach((packet, at) => {
    const needed = Math.floor(packet.length / 255) + 1;
    if (segments + needed > MOST_SEGMENTS || samples >= PAGE_SAMPLES) {
      page(0, granule, held);
      held = [];
      segments = 0;
      samples = 0;
    }
    held.push(packet);
    segments += needed;
    samples += samplesOf(packet);
    granule += samplesOf(packet);
    if (at === packets.length - 1) page(ENDS, granule, held);
  });
  return joined(pages);
}

/** How long a packet sounds, samples (RFC 6716, 3.1). */
export function samplesOf(packet) {
  const config = packet[0] >> 3;
  const tenths = frameTenths(config);
  const frames = [1, 2, 2, (packet[1] ?? 0) & 0x3f][packet[0] & 3];
  return (tenths * frames * RATE) / 10_000;
}

/** A frame's length in tenths of a millisecond. */
function frameTenths(config) {
  if (config < 12) return [100, 200, 400, 600][config & 3];
  if (config < 16) return [100, 200][config & 1];
  return [25, 50, 100, 200][config & 3];
}

function isHead(head) {
  return head?.length >= 19 && new TextDecoder().decode(head.subarray(0, 8)) === 'OpusHead';
}

/** One channel, and the lead-in of the reference encoder at 48 kHz. */
function usualHead() {
  const head = new Uint8Array(19);
  const view = new DataView(head.buffer);
  head.set(new TextEncoder().encode('OpusHead'));
  head[8] = 1;
  head[9] = 1;
  view.setUint16(10, 312, true);
  view.setUint32(12, RATE, true);
  return head;
}

function tags() {
  const vendor = new TextEncoder().encode('phone');
  const out = new Uint8Array(16 + vendor.length);
  const view = new DataView(out.buffer);
  out.set(new TextEncoder().encode('OpusTags'));
  view.setUint32(8, vendor.length, true);
  out.set(vendor, 12);
  return out;
}

function pageOf(flags, granule, sequence, contents) {
  const lacing = contents.flatMap((packet) => [...Array(Math.floor(packet.length / 255)).fill(255), packet.length % 255]);
  const header = new Uint8Array(27 + lacing.length);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode('OggS'));
  header[5] = flags;
  view.setBigUint64(6, BigInt(granule), true);
  view.setUint32(14, SERIAL, true);
  view.setUint32(18, sequence, true);
  header[26] = lacing.length;
  header.set(lacing, 27);
  const whole = joined([header, ...contents]);
  new DataView(whole.buffer).setUint32(22, checksum(whole), true);
  return whole;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 0x80000000 ? (remainder << 1) ^ 0x04c11db7 : remainder << 1;
  return remainder >>> 0;
});

/** CRC-32 as Ogg counts it: polynomial 0x04c11db7, not reflected, from 0. */
function checksum(bytes) {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ TABLE[((crc >>> 24) ^ byte) & 0xff]) >>> 0;
  return crc;
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
