//! Screens that a first visit does not load: each is a piece of the client of its own, which comes when somebody goes there.
//!
//! To add one: a function with `wasm_split`, and its line in `screen`. What only such a screen uses goes with it by itself.

use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::api::{Asking, Failure};
use crate::remote::remote;
use crate::ui::el::Node;
use crate::ui::loaded::loaded;

/// A screen, once its piece is there.
type Screen = fn() -> Node;

/// Shows a screen as soon as it has come.
pub(crate) fn later(come: fn() -> Asking<Screen>) -> Node {
    let piece = remote(|| (), move |()| come());
    loaded(piece.there(), piece.waiting, 8, move || {
        piece.show(|screen| screen())
    })
}

/// The Users screen.
pub(crate) fn users() -> Asking<Screen> {
    Box::pin(async { users_screen().await.map_err(|_| Failure::Piece) })
}

#[wasm_split(users, fallible)]
fn users_screen() -> Result<Screen, SplitLoaderError> {
    Ok(crate::screens::users::users)
}
