//! The way out of the process: a bounded queue, one worker thread, HTTP.
