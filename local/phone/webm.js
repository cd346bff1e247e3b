// Reads the Opus packets out of a WebM file, as browsers record it (Matroska, RFC 9559; WebM byte stream).
// It knows one audio track without lacing, which is what MediaRecorder makes, and refuses anything else.

/** Elements that hold others which matter here; they are entered, whatever length they claim (it may be unknown). */
const ENTERED = new Set([
  0x18538067, // Segment
  0x1654ae6b, // Tracks
  0xae, // TrackEntry
  0x1f43b675, // Cluster
  0xa0, // BlockGroup
]);

const TRACK_NUMBER = 0xd7;
const CODEC_ID = 0x86;
const CODEC_PRIVATE = 0x63a2;
const SIMPLE_BLOCK = 0xa3;
const BLOCK = 0xa1;

/** The bits of a block's flags that say how it is laced. */
const LACING = 0x06;

/** A file that is not a WebM recording in Opus. */
export class NotWebmOpus extends Error {}

/** Whether a file begins as WebM does. */
export function isWebm(bytes) {
  return bytes.length > 4 && bytes[0] === 0x1a && bytes[1] === 0x45 && bytes[2] === 0xdf && bytes[3] === 0xa3;
}

/**
 * @param {Uint8Array} bytes
 * @returns {{head: Uint8Array|null, packets: Uint8Array[]}} the codec's private data (an OpusHead) and its packets
 */
export function opusOf(bytes) {
  if (!isWebm(bytes)) throw new NotWebmOpus('This is no WebM file.');
  const packets = [];
  let head = null;
  let track = null;
  let codec = null;
  let at = 0;
  while (at < bytes.length) {
    const id = vint(bytes, at, false);
    const length = id && vint(bytes, at + id.width, true);
    // A recording that was cut off ends in the middle of an element: what is whole counts.
    if (!length) break;
    at += id.width + length.width;
    if (ENTERED.has(id.value)) continue;
    if (length.unknown) throw new NotWebmOpus('An element of unknown length is in the way.');
    const end = at + length.value;
    if (end > bytes.length) break;
    const content = bytes.subarray(at, end);
    at = end;
    if (id.value === TRACK_NUMBER) track ??= content.reduce((number, byte) => number * 256 + byte, 0);
    else if (id.value === CODEC_ID) codec ??= new TextDecoder().decode(content);
    else if (id.value === CODEC_PRIVATE) head ??= content;
    else if (id.value === SIMPLE_BLOCK || id.value === BLOCK) packets.push(...packetOf(content, track));
  }
  if (codec !== 'A_OPUS') throw new NotWebmOpus('The recording is not in Opus.');
  if (packets.length === 0) throw new NotWebmOpus('The recording holds no sound.');
  return { head, packets };
}

function packetOf(block, wanted) {
  const track = vint(block, 0, true);
  if (!track || track.value !== wanted) return [];
  // Two bytes of time follow the track number, then one of flags.
  const start = track.width + 3;
  if (block[start - 1] & LACING) throw new NotWebmOpus('The recording is laced.');
  return start < block.length ? [block.subarray(start)] : [];
}

/** A number of variable width (RFC 8794): `masked` without the bit that marks the width, as lengths are read. */
function vint(bytes, at, masked) {
  const first = bytes[at];
  if (!first) return null;
  const width = Math.clz32(first) - 23;
  if (at + width > bytes.length) return null;
  let value = masked ? first & (0xff >> width) : first;
  let allOnes = (first & (0xff >> width)) === 0xff >> width;
  for (let next = at + 1; next < at + width; next += 1) {
    value = value * 256 + bytes[next];
    allOnes &&= bytes[next] === 0xff;
  }
  return { value, width, unknown: masked && allOnes };
}
