//! The voice-parser function.
