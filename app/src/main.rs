//! The console's client, as the browser starts it.

fn main() {
    app::start();
}
