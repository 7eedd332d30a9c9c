//! Asking the server for what a screen shows: again when its question changes, when something changed elsewhere, and
//! after signing in again; of overlapping answers only that to the last question counts.

mod pages;

use std::rc::Rc;

use crate::api::{Asking, Failure, Then, then};
use crate::call::Call;
use crate::parts::failure::say;
use crate::reactive::StoredValue;
use crate::session::session;
use crate::ui::el::effect;
use crate::ui::loaded::{Remote, Waiting};

pub(crate) use pages::pages;

/// Asks the same question, as often as it has to be.
type Ask = Box<dyn Call<(), Asking<Then>>>;

/// Asks `ask(question())` now and whenever a signal that `question` reads moves.
pub(crate) fn remote<Q, T>(
    question: impl Fn() -> Q + 'static,
    ask: impl Fn(Q) -> Asking<T> + 'static,
) -> Remote<T>
where
    Q: Clone + 'static,
    T: Send + Sync + 'static,
{
    let remote = Remote::new();
    let ask = Rc::new(ask);
    let asks = move |()| -> Ask {
        let question = question();
        let ask = Rc::clone(&ask);
        Box::new(move |()| {
            let asking = ask(question.clone());
            then(asking, move |value| remote.put(value))
        })
    };
    drive(remote.waiting, Box::new(asks));
    remote
}

/// Apart from [`remote`] so that it is compiled once.
fn drive(waiting: Waiting, asks: Box<dyn Call<(), Ask>>) {
    let session = session();
    let round = StoredValue::new(0_u32);
    effect(move || {
        waiting.follow_reload();
        let ask = asks.call_with(());
        let mine = round.get_value().wrapping_add(1);
        round.set_value(mine);
        waiting.busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = session.call(ask).await;
            if round.try_get_value() != Some(mine) {
                // Asked something else meanwhile, or the screen is gone.
                return;
            }
            waiting.busy.set(false);
            match answer {
                Ok(then) => then(),
                Err(failure) => waiting.failed(&failure),
            }
        });
    });
}

impl Waiting {
    fn failed(self, failure: &Failure) {
        self.fault.set(say(failure));
    }
}
