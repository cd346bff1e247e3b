//! The webhook-handler function.
