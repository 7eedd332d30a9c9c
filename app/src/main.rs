//! The console's client, as the browser starts it.

/// Half a kilobyte smaller than the allocator that comes with Rust.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

fn main() {
    app::start();
}
