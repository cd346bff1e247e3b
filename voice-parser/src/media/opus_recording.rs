//! Cuts an Opus recording (RFC 7845) at page boundaries into recordings that are whole files themselves, preferably where
//! little is said: quiet takes few bytes.
//!
//! Positions are counted from the packets, not taken from the writer's word, so that pieces have right positions
//! whatever the file says. Nothing is decoded: a packet goes into a piece as it is. A piece that begins in the middle
//! sounds rough for the first hundredth of a second, as after any seek.

use bytes::Bytes;

use super::ogg::{NO_POSITION, Page};
use super::ogg_writer::{OggWriter, PageContent, flags};
use super::opus_packet;

/// Opus positions count samples at this rate.
const RATE: f64 = 48_000.0;

/// Shortest identification header, bytes (RFC 7845, 5.1).
const MIN_HEAD: usize = 19;

/// Where the pre-skip is in it.
const PRE_SKIP_AT: usize = 10;

/// A comment header with a vendor and no comments: what the worker's phone wrote there (a title, a cover) is no sound.
const TAGS: &[u8] = b"OpusTags\x0d\0\0\0ai-voice-tool\0\0\0\0";

/// Where in a piece a quiet place to end it is looked for: in its last quarter.
const LOOKED_THROUGH_FROM: f64 = 0.75;

/// Room for the headers of a piece, bytes: an identification header has at most 276.
const HEADERS: usize = 1024;

/// A part of a recording: samples at 48 kHz from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub from: u64,
    /// After the last.
    pub to: u64,
}

impl Span {
    /// How long it is, seconds.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a recording has far fewer than 2^52 samples"
    )]
    pub fn seconds(self) -> f64 {
        self.samples() as f64 / RATE
    }

    fn samples(self) -> u64 {
        self.to.saturating_sub(self.from)
    }
}

/// What a piece may be at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PieceLimit {
    /// Seconds.
    pub seconds: f64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// A stream of the file; a file can have several, one after the other.
#[derive(Debug)]
struct Link<'b> {
    head: &'b [u8],
    serial: u32,
}

/// Pages that cannot be cut apart, because a packet goes on from one to the next: nearly always one page.
#[derive(Debug, Clone, Copy)]
struct Block {
    link: usize,
    /// Where it begins, samples from the beginning of the recording.
    at: u64,
    samples: u64,
    /// Where it is in the file.
    start: usize,
    end: usize,
    /// Bytes of its first packet.
    opening: usize,
    /// Bytes of its last.
    closing: usize,
}

impl Block {
    fn ends_at(&self) -> u64 {
        self.at + self.samples
    }
}

/// An Opus recording that can be cut.
#[derive(Debug)]
pub struct OpusRecording<'b> {
    file: &'b [u8],
    links: Vec<Link<'b>>,
    blocks: Vec<Block>,
}

impl<'b> OpusRecording<'b> {
    /// Reads where a recording can be cut, up to the first page that is not whole. `None` when there is no sound.
    #[must_use]
    pub fn read(file: &'b [u8]) -> Option<Self> {
        let mut reader = Reader::new(file);
        let mut at = 0;
        while let Some(page) = file.get(at..).and_then(Page::read) {
            let end = at + page.len;
            reader.take(&page, at, end);
            at = end;
        }
        reader.close_link();
        let recording = reader.recording;
        (recording.whole().samples() > 0).then_some(recording)
    }

    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Span {
        Span {
            from: 0,
            to: self.blocks.last().map_or(0, Block::ends_at),
        }
    }

    /// Cuts a part into as few pieces of about the same length as the limit allows, in order. A piece can be over the limit
    /// where there is no page boundary to cut at.
    #[must_use]
    pub fn pieces(&self, part: Span, limit: PieceLimit) -> Vec<Span> {
        let mut rest = self.blocks_in(part);
        let mut pieces = Vec::new();
        while let Some(first) = rest.first() {
            let link = rest.partition_point(|block| block.link == first.link);
            let len = cut_after(rest.get(..link).unwrap_or(rest), limit).max(1);
            let (piece, after) = rest.split_at(len.min(rest.len()));
            pieces.push(Span {
                from: first.at,
                to: piece.last().map_or(first.at, Block::ends_at),
            });
            rest = after;
        }
        pieces
    }

    /// Cuts a part in two, in a pause near the middle if there is one. One piece when it cannot be cut.
    #[must_use]
    pub fn halves(&self, part: Span) -> Vec<Span> {
        let limit = PieceLimit {
            // A cut is made at three eighths at the earliest, so what is left is below this and not cut again.
            seconds: part.seconds() * 2.0 / 3.0,
            bytes: u64::MAX,
        };
        self.pieces(part, limit)
    }

    /// A part as a file of its own; `None` when there is nothing in it.
    #[must_use]
    pub fn file(&self, part: Span) -> Option<Bytes> {
        let blocks = self.blocks_in(part);
        let (first, last) = (blocks.first()?, blocks.last()?);
        let link = self.links.get(first.link)?;
        let mut head = link.head.to_vec();
        if self.link_before(first) == Some(first.link) {
            // The pre-skip covers what an encoder puts before the first sound. Here there is sound from the first sample.
            head.get_mut(PRE_SKIP_AT..PRE_SKIP_AT + 2)?.fill(0);
        }
        // Distinct for each piece, and the same each time a piece is made.
        let number = u32::try_from(self.blocks.partition_point(|block| block.at < first.at)).ok()?;
        let capacity = last.end.saturating_sub(first.start) + HEADERS;
        let mut writer = OggWriter::new(link.serial.wrapping_add(number), capacity);
        writer.header(&head)?;
        writer.header(TAGS)?;
        let length = part.to.min(last.ends_at()) - first.at;
        let mut position = 0;
        let mut open_packet = 0;
        for block in blocks.iter().filter(|block| block.link == first.link) {
            let mut at = block.start;
            while at < block.end {
                let page = self.file.get(at..block.end).and_then(Page::read)?;
                at += page.len;
                if page.serial != link.serial || page.lacing.is_empty() {
                    continue;
                }
                let sound = Sound::of(&page, &mut open_packet);
                position += sound.samples;
                let is_last = block.end == last.end && at >= block.end;
                writer.page(&PageContent {
                    flags: flags(page.continues(), is_last),
                    granule: if page.packets() == 0 && !is_last {
                        NO_POSITION
                    } else {
                        // At the end of a stream, its last packets may be longer than its sound.
                        position.min(length)
                    },
                    lacing: page.lacing,
                    payload: page.payload,
                })?;
            }
        }
        Some(writer.finish().into())
    }

    fn blocks_in(&self, part: Span) -> &[Block] {
        let start = self.blocks.partition_point(|block| block.at < part.from);
        let end = self.blocks.partition_point(|block| block.at < part.to);
        self.blocks.get(start..end).unwrap_or_default()
    }

    /// The link of the block before.
    fn link_before(&self, block: &Block) -> Option<usize> {
        let number = self.blocks.partition_point(|other| other.at < block.at);
        Some(self.blocks.get(number.checked_sub(1)?)?.link)
    }
}

/// How many of a stream's blocks become the next piece.
fn cut_after(blocks: &[Block], limit: PieceLimit) -> usize {
    let all = blocks
        .iter()
        .fold(Amount::default(), |sum, block| sum.with(block))
        .of(limit);
    if all <= 1.0 {
        return blocks.len();
    }
    let full = all / all.ceil();
    let mut so_far = Amount::default();
    let mut best: Option<(usize, usize)> = None;
    for (number, pair) in (1..).zip(blocks.windows(2)) {
        let [block, next] = pair else { break };
        so_far = so_far.with(block);
        let filled = so_far.of(limit);
        if filled > full {
            break;
        }
        let loudness = block.closing + next.opening;
        if filled >= full * LOOKED_THROUGH_FROM && best.is_none_or(|(quietest, _)| loudness <= quietest) {
            best = Some((loudness, number));
        }
    }
    best.map_or(1, |(_, number)| number)
}

#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    samples: u64,
    bytes: usize,
}

impl Amount {
    fn with(self, block: &Block) -> Self {
        Self {
            samples: self.samples + block.samples,
            bytes: self.bytes + (block.end - block.start),
        }
    }

    /// How much of a piece at the limit this is, by what there is more of: 1 for all of it.
    #[expect(clippy::cast_precision_loss, reason = "recordings are small")]
    fn of(self, limit: PieceLimit) -> f64 {
        let by_length = self.samples as f64 / RATE / limit.seconds.max(f64::MIN_POSITIVE);
        let room = limit.bytes.saturating_sub(HEADERS as u64).max(1);
        by_length.max(self.bytes as f64 / room as f64)
    }
}

/// What the packets of a page amount to.
#[derive(Debug, Clone, Copy, Default)]
struct Sound {
    /// Of the packets that end on it.
    samples: u64,
    /// Bytes of its first packet, as far as it is here.
    opening: usize,
    /// Bytes of its last.
    closing: usize,
}

impl Sound {
    /// `open_packet` are the samples of a packet that goes on from page to page.
    fn of(page: &Page<'_>, open_packet: &mut u32) -> Self {
        let mut sound = Self::default();
        let mut at = 0;
        let mut length = 0;
        let mut is_new = !page.continues();
        let mut is_first = true;
        for segment in page.lacing {
            if is_new {
                *open_packet = opus_packet::samples(
                    page.payload
                        .get(at..at + usize::from(*segment))
                        .unwrap_or_default(),
                );
                is_new = false;
            }
            at += usize::from(*segment);
            length += usize::from(*segment);
            if *segment < 255 {
                sound.samples += u64::from(std::mem::take(open_packet));
                sound.closing = length;
                if is_first {
                    sound.opening = length;
                }
                (is_new, is_first, length) = (true, false, 0);
            }
        }
        sound
    }
}

/// Reads the pages of a file one after the other.
struct Reader<'b> {
    recording: OpusRecording<'b>,
    /// The comment header of the current stream is still to come.
    awaits_tags: bool,
    /// A block whose last packet goes on.
    open: Option<Block>,
    open_packet: u32,
    /// Where the current stream's positions begin and end by the writer's word.
    base: Option<u64>,
    last_granule: u64,
    last_page_samples: u64,
}

impl<'b> Reader<'b> {
    fn new(file: &'b [u8]) -> Self {
        Self {
            recording: OpusRecording {
                file,
                links: Vec::new(),
                blocks: Vec::new(),
            },
            awaits_tags: false,
            open: None,
            open_packet: 0,
            base: None,
            last_granule: 0,
            last_page_samples: 0,
        }
    }

    fn take(&mut self, page: &Page<'b>, start: usize, end: usize) {
        if page.first_of_stream() {
            if page.payload.starts_with(b"OpusHead") && page.payload.len() >= MIN_HEAD {
                self.close_link();
                self.recording.links.push(Link {
                    head: page.payload,
                    serial: page.serial,
                });
                self.awaits_tags = true;
            }
            return;
        }
        let Some(link) = self.recording.links.last() else {
            return;
        };
        if page.serial != link.serial || page.lacing.is_empty() {
            return;
        }
        if self.awaits_tags {
            self.awaits_tags = page.packets() == 0;
            return;
        }
        self.take_sound(page, start, end);
    }

    fn take_sound(&mut self, page: &Page<'_>, start: usize, end: usize) {
        let sound = Sound::of(page, &mut self.open_packet);
        if page.packets() > 0 {
            // Below zero only where the end of a stream of one page is cut off.
            self.base
                .get_or_insert(page.granule.saturating_sub(sound.samples));
            self.last_granule = page.granule;
            self.last_page_samples = sound.samples;
        }
        let mut block = self.open.take().unwrap_or(Block {
            link: self.recording.links.len() - 1,
            at: self.recording.whole().to,
            samples: 0,
            start,
            end,
            opening: sound.opening,
            closing: 0,
        });
        block.samples += sound.samples;
        block.end = end;
        block.closing = sound.closing;
        if page.ends_whole() {
            self.push(block);
        } else {
            self.open = Some(block);
        }
    }

    /// A block without sound goes with the one before it.
    fn push(&mut self, block: Block) {
        let last = self.recording.blocks.last_mut();
        match last {
            Some(last) if block.samples == 0 && last.link == block.link => last.end = block.end,
            _ if block.samples == 0 => {}
            _ => self.recording.blocks.push(block),
        }
    }

    /// The end of a stream: what its last position leaves out of its last packets is no sound.
    fn close_link(&mut self) {
        // A packet that does not end is none; those before it on its page are.
        if let Some(block) = self.open.take() {
            self.push(block);
        }
        self.open_packet = 0;
        let samples: u64 = self.link_blocks().map(|block| block.samples).sum();
        let said = self.last_granule.saturating_sub(self.base.take().unwrap_or(0));
        let left_out = samples.saturating_sub(said);
        let link = self.recording.links.len().checked_sub(1);
        if left_out < self.last_page_samples
            && let Some(last) = self.recording.blocks.last_mut()
            && Some(last.link) == link
        {
            last.samples = last.samples.saturating_sub(left_out).max(1);
        }
        self.last_page_samples = 0;
    }

    fn link_blocks(&self) -> impl Iterator<Item = &Block> {
        let link = self.recording.links.len().checked_sub(1);
        let blocks = self.recording.blocks.iter().rev();
        blocks.take_while(move |block| Some(block.link) == link)
    }
}

#[cfg(test)]
pub(super) mod tests;
