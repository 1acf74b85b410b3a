//! Orders for the staff: finding them, and all that there is to know of one.

pub mod handlers;
pub mod model;
pub mod queries;
