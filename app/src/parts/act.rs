//! An act: a call that changes something, made once, busy meanwhile, again by itself after signing in anew.

use std::rc::Rc;

use crate::api::{Asking, Failure, Then};
use crate::call::Call;
use crate::reactive::RwSignal;
use crate::session::Session;

/// Acts, unless `busy` says that it is at it already. Nothing happens any more once whoever acted is gone.
pub(crate) fn act(
    session: Session,
    busy: RwSignal<bool>,
    ask: Box<dyn Call<(), Asking<Then>>>,
    failed: Rc<dyn Call<Failure>>,
) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    leptos::task::spawn_local(async move {
        let answer = session.call(ask).await;
        if busy.try_set(false).is_some() {
            return;
        }
        match answer {
            Ok(then) => then(),
            Err(failure) => failed.call_with(failure),
        }
    });
}
