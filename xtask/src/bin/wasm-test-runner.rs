//! wasm-bindgen's runner of tests, of the same version as everything else that knows wasm-bindgen: cargo starts it in
//! place of a test program for wasm32. Linked as a library, since most of it is in `xtask` already.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())?;
    Ok(())
}
