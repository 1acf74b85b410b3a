//! The queue's jobs, one file each.
