//! An act: a call that changes something, made once, busy meanwhile, again by itself after signing in anew.

use std::future::Future;
use std::rc::Rc;

use crate::api::{Asking, Failure};
use crate::call::Call;
use crate::reactive::RwSignal;
use crate::session::Session;

/// What is done with a good answer.
pub(crate) type Then = Box<dyn FnOnce()>;

/// A call with what is done with its answer: the same for every act, so that acting is compiled once.
pub(crate) fn then<T: 'static>(
    asking: impl Future<Output = Result<T, Failure>> + 'static,
    done: impl FnOnce(T) + 'static,
) -> Asking<Then> {
    Box::pin(async move {
        let answer = asking.await?;
        Ok(Box::new(move || done(answer)) as Then)
    })
}

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
