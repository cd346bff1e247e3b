//! The customer-lookup function.
