//! Asking the server for what a screen shows: again when its question changes, when something changed elsewhere, and
//! after signing in again; of overlapping answers only that to the last question counts.

mod pages;

use std::future::Future;

use leptos::prelude::*;

use crate::api::Failure;
use crate::parts::failure::say;
use crate::session::session;
use crate::ui::live::effect;
use crate::ui::loaded::Remote;

pub(crate) use pages::pages;

/// Asks `ask(question())` now and whenever a signal that `question` reads moves.
pub(crate) fn remote<Q, T, F>(
    question: impl Fn() -> Q + 'static,
    ask: impl Fn(Q) -> F + Clone + 'static,
) -> Remote<T>
where
    Q: Clone + 'static,
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    let remote = Remote::new();
    let session = session();
    let round = StoredValue::new(0_u32);
    effect(move || {
        remote.follow_reload();
        let question = question();
        let ask = ask.clone();
        let mine = round.get_value().wrapping_add(1);
        round.set_value(mine);
        remote.busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = session.call(|| ask(question.clone())).await;
            if round.try_get_value() != Some(mine) {
                // Asked something else meanwhile, or the screen is gone.
                return;
            }
            remote.busy.set(false);
            match answer {
                Ok(value) => remote.put(value),
                Err(failure) => remote.fault.set(say(&failure)),
            }
        });
    });
    remote
}
