//! Who sends a request, and what they may do: sessions, tokens, and what the policy says of them.

pub mod actor;
pub mod queries;
pub mod session;
