//! The data-api function.
