//! Asking for a long list page by page. When something changed elsewhere, as many rows as there were are asked anew
//! and put in at once, so that the list does not collapse under the reader.

use std::rc::Rc;

use crate::api::{Asking, Failure, then};
use crate::reactive::StoredValue;
use crate::session::{Session, session};
use crate::ui::el::effect;
use crate::ui::pages::{Page, Pages, ROWS_MAX};

/// Asks for a page: the question, and where the page begins.
type Ask = Rc<dyn Fn(&str, Option<String>) -> Asking<Page>>;

/// Asks `ask(question(), None)` now and whenever a signal that `question` reads moves; later pages on demand. The
/// question is a text (an address with its filters), so that an equal one is known as the same.
pub(crate) fn pages(
    question: impl Fn() -> String + 'static,
    ask: impl Fn(&str, Option<String>) -> Asking<Page> + 'static,
) -> Pages {
    let asking = Paging {
        pages: Pages::new(),
        session: session(),
        round: StoredValue::new(0),
        asked: StoredValue::new(None),
    };
    let ask: Ask = Rc::new(ask);
    let later = Rc::clone(&ask);
    effect(move || {
        asking.pages.waiting.follow_reload();
        asking.begin(question(), Rc::clone(&ask));
    });
    effect(move || {
        if asking.pages.follow_more() > 0 {
            asking.go_on(Rc::clone(&later));
        }
    });
    asking.pages
}

/// A list that is being asked for.
#[derive(Clone, Copy)]
struct Paging {
    pages: Pages,
    session: Session,
    /// Moves with every new beginning: answers to an older one do not count.
    round: StoredValue<u32>,
    asked: StoredValue<Option<String>>,
}

impl Paging {
    fn begin(self, question: String, ask: Ask) {
        let pages = self.pages;
        let same = self
            .asked
            .with_value(|asked| asked.as_ref() == Some(&question));
        let wanted = if same {
            pages.rows.with_untracked(Vec::len)
        } else {
            0
        };
        self.asked.set_value(Some(question.clone()));
        let mine = self.round.get_value().wrapping_add(1);
        self.round.set_value(mine);
        pages.waiting.busy.set(true);
        pages.busy.set(false);
        leptos::task::spawn_local(async move {
            let gather = move |()| {
                let page = gather(Rc::clone(&ask), question.clone(), wanted);
                then(page, move |page| pages.put(page))
            };
            let answer = self.session.call(Box::new(gather)).await;
            if self.round.try_get_value() != Some(mine) {
                return;
            }
            pages.waiting.busy.set(false);
            match answer {
                Ok(then) => then(),
                Err(failure) => pages.waiting.failed(&failure),
            }
        });
    }

    fn go_on(self, ask: Ask) {
        let pages = self.pages;
        let (Some(question), Some(after)) = (self.asked.get_value(), pages.next.get_untracked())
        else {
            return;
        };
        if pages.busy.get_untracked() || pages.waiting.busy.get_untracked() {
            return;
        }
        let mine = self.round.get_value();
        pages.busy.set(true);
        leptos::task::spawn_local(async move {
            let page = move |()| {
                let page = ask(&question, Some(after.clone()));
                then(page, move |page| pages.append(page))
            };
            let answer = self.session.call(Box::new(page)).await;
            if self.round.try_get_value() != Some(mine) {
                return;
            }
            pages.busy.set(false);
            match answer {
                Ok(then) => then(),
                Err(failure) => pages.fault.set(crate::parts::failure::say(&failure)),
            }
        });
    }
}

/// The first page, and those after it until so many rows are there.
fn gather(ask: Ask, question: String, wanted: usize) -> Asking<Page> {
    Box::pin(async move {
        let mut page = ask(&question, None).await?;
        while page.rows.len() < wanted.min(ROWS_MAX) {
            let Some(after) = page.next.take() else { break };
            let more = ask(&question, Some(after)).await?;
            page.rows.extend(more.rows);
            page.next = more.next;
        }
        Ok::<_, Failure>(page)
    })
}
