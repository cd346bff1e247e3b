//! The local function.
