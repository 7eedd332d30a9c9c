//! The rules, natively and on wasm32: one text for both. A file per module; a test is a sentence.

/// What both targets call a test.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

mod assignment;
mod compare;
mod forecast;
mod golden;
mod properties;
mod refused;
mod standing;
mod user_id;
