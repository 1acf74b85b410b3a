//! The queue's jobs.

mod pictures;
