//! Screens that a first visit does not load: each is a piece of the client of its own, which comes when somebody goes there.
//!
//! To add one: a function with `wasm_split`, and its line in `screen`. What only such a screen uses goes with it by itself.

use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::api::{Asking, Failure};
use crate::reactive::RwSignal;
use crate::remote::remote;
use crate::text::K;
use crate::ui::el::Node;
use crate::ui::loaded::loaded;
use crate::ui::page::page;

/// What stands below a screen's heading, once its piece is there; it says which tab is shown.
type Screen = fn(RwSignal<String>) -> Node;

/// A screen's heading, and the rest as soon as it has come.
pub(crate) fn later(heading: K, come: fn() -> Asking<Screen>) -> Node {
    let tab = RwSignal::new(String::new());
    let piece = remote(|| (), move |()| come());
    let inside = loaded(piece.there(), piece.waiting, 8, move || {
        piece.show(move |screen| screen(tab))
    });
    page(heading, tab.into(), inside)
}

/// The Users screen.
pub(crate) fn users() -> Asking<Screen> {
    Box::pin(async { users_screen().await.map_err(|_| Failure::Piece) })
}

#[wasm_split(users, fallible)]
fn users_screen() -> Result<Screen, SplitLoaderError> {
    Ok(crate::screens::users::users)
}
