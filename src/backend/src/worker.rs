//! `devopsify worker`: runs the queue's jobs, until told to stop.
