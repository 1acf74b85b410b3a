//! The tests that need PostgreSQL or the whole binary; one program, because linking is what takes long.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod up;
