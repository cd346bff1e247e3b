//! The trace a request belongs to, handed on with the message in SQS's system attribute `AWSTraceHeader`.

/// Longest trace header passed on, bytes. X-Ray's own have about 80; SQS refuses a message whose attribute it dislikes,
/// and a message must not be lost for its trace.
const MAX_TRACE_HEADER_BYTES: usize = 256;

/// An X-Ray trace header, such as `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceHeader(String);

impl TraceHeader {
    /// The first of the given headers that is one. The platform's own comes before the one in the request, which
    /// anybody may have written.
    #[must_use]
    pub fn first_of(headers: [Option<&str>; 2]) -> Option<Self> {
        headers.into_iter().flatten().find_map(Self::parse)
    }

    /// Reads a header: `Root=1-{8 hex}-{24 hex}` among fields of plain characters.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=;-:_.,/".contains(&byte);
        let usable = header.len() <= MAX_TRACE_HEADER_BYTES
            && header.bytes().all(plain)
            && header
                .split(';')
                .filter_map(|field| field.strip_prefix("Root="))
                .any(is_trace_id);
        usable.then(|| Self(header.to_owned()))
    }

    /// The header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_trace_id(text: &str) -> bool {
    let is_hex = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    text.strip_prefix("1-")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(time, random)| is_hex(time, 8) && is_hex(random, 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    #[test]
    fn the_platforms_trace_comes_first() {
        let other = "Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678";
        let both = TraceHeader::first_of([Some(TRACE), Some(other)]);
        assert_eq!(both.unwrap().as_str(), TRACE);
        let only_header = TraceHeader::first_of([None, Some(other)]);
        assert_eq!(only_header.unwrap().as_str(), other);
    }

    #[test]
    fn what_sqs_might_refuse_is_not_passed_on() {
        let long = format!("{TRACE};x={}", "y".repeat(256));
        for bad in [
            "",
            "Root=1-zz",
            "hello",
            "Root=1-5759e988-bd862e3fe1be46a994272793;x=\u{e9}",
            &long,
        ] {
            assert_eq!(TraceHeader::parse(bad), None, "{bad}");
        }
    }
}
