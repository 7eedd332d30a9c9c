//! The license rules: what is genuine, what changed, what the dates mean, who may hold what.
//!
//! A value library: same input, same answer, natively and on wasm32. No clock, no I/O, no randomness
//! (making keys and signatures is behind the feature `sign`): "now" and every number come as parameters.
//! The browser uses it for speed, the server for truth; [`wire`] is what they say to each other and
//! [`retrieval`] what console and license server say to each other.

pub mod assignment;
pub mod compare;
pub mod envelope;
pub mod forecast;
pub mod import;
pub mod license;
pub mod many;
pub mod retrieval;
pub mod standing;
pub mod trust;
pub mod usage;
pub mod user_id;
pub mod wire;

#[cfg(feature = "samples")]
pub mod samples;
