//! The license server as its users meet it: its commands, its calls over the real router, its order page. A file for each.

mod calls;
mod commands;
mod issuing;
mod orders;
mod owner;
