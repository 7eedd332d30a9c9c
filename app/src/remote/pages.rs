//! Asking for a long list page by page. When something changed elsewhere, as many rows as there were are asked anew
//! and put in at once, so that the list does not collapse under the reader.

use std::future::Future;

use leptos::prelude::*;

use crate::api::Failure;
use crate::parts::failure::say;
use crate::session::session;
use crate::ui::live::effect;
use crate::ui::pages::{Pages, ROWS_MAX};

/// What a page is made of: its rows are taken out of the answer, and where the next page begins.
pub(crate) trait Page {
    /// A row.
    type Row: Clone + Send + Sync + 'static;
    /// Takes the rows and the next page's beginning out.
    fn take(&mut self) -> (Vec<Self::Row>, Option<String>);
}

impl Page for licensing::wire::Users {
    type Row = licensing::wire::UserRow;

    fn take(&mut self) -> (Vec<Self::Row>, Option<String>) {
        (std::mem::take(&mut self.users), self.next.take())
    }
}

impl Page for licensing::wire::Holders {
    type Row = licensing::wire::Holder;

    fn take(&mut self) -> (Vec<Self::Row>, Option<String>) {
        (std::mem::take(&mut self.holders), self.next.take())
    }
}

/// Asks `ask(question(), None)` now and whenever a signal that `question` reads moves; later pages on demand.
pub(crate) fn pages<Q, A, F>(
    question: impl Fn() -> Q + 'static,
    ask: impl Fn(Q, Option<String>) -> F + Clone + 'static,
) -> Pages<A, A::Row>
where
    Q: Clone + PartialEq + Send + Sync + 'static,
    A: Page + Send + Sync + 'static,
    F: Future<Output = Result<A, Failure>> + 'static,
{
    let pages = Pages::new();
    let session = session();
    let round = StoredValue::new(0_u32);
    let asked = StoredValue::new(None::<Q>);
    let ask_later = ask.clone();
    effect(move || {
        pages.head.follow_reload();
        let question = question();
        let same = asked.with_value(|asked| asked.as_ref() == Some(&question));
        let wanted = if same {
            pages.rows.with_untracked(Vec::len)
        } else {
            0
        };
        asked.set_value(Some(question.clone()));
        let mine = round.get_value().wrapping_add(1);
        round.set_value(mine);
        pages.head.busy.set(true);
        pages.busy.set(false);
        let ask = ask.clone();
        leptos::task::spawn_local(async move {
            let answer = session
                .call(|| gather(ask.clone(), question.clone(), wanted))
                .await;
            if round.try_get_value() != Some(mine) {
                return;
            }
            pages.head.busy.set(false);
            match answer {
                Ok((head, rows, next)) => {
                    pages.rows.set(rows);
                    pages.next.set(next);
                    pages.fault.set(String::new());
                    pages.head.put(head);
                }
                Err(failure) => pages.head.fault.set(say(&failure)),
            }
        });
    });
    effect(move || {
        let wanted = pages.follow_more();
        let (Some(question), Some(after)) = (asked.get_value(), pages.next.get_untracked()) else {
            return;
        };
        if wanted == 0 || pages.busy.get_untracked() || pages.head.busy.get_untracked() {
            return;
        }
        let mine = round.get_value();
        pages.busy.set(true);
        let ask = ask_later.clone();
        leptos::task::spawn_local(async move {
            let answer = session
                .call(|| ask(question.clone(), Some(after.clone())))
                .await;
            if round.try_get_value() != Some(mine) {
                return;
            }
            pages.busy.set(false);
            match answer {
                Ok(mut page) => {
                    let (rows, next) = page.take();
                    pages.rows.update(|known| known.extend(rows));
                    pages.next.set(next);
                    pages.fault.set(String::new());
                }
                Err(failure) => pages.fault.set(say(&failure)),
            }
        });
    });
    pages
}

/// The first page, and those after it until so many rows are there.
async fn gather<Q: Clone, A: Page, F: Future<Output = Result<A, Failure>>>(
    ask: impl Fn(Q, Option<String>) -> F,
    question: Q,
    wanted: usize,
) -> Result<(A, Vec<A::Row>, Option<String>), Failure> {
    let mut head = ask(question.clone(), None).await?;
    let (mut rows, mut next) = head.take();
    while rows.len() < wanted.min(ROWS_MAX) {
        let Some(after) = next else { break };
        let (more, then) = ask(question.clone(), Some(after)).await?.take();
        rows.extend(more);
        next = then;
    }
    Ok((head, rows, next))
}
