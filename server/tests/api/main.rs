//! The server as its clients see it: the real router over a fresh database, every test on both databases.
//!
//! A file per resource. To add one: `mod name;` here, then tests with `for_each_database` of [`harness`].

mod harness;
mod session;
