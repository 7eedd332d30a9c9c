//! Lists as CSV: all who match, page by page over one unchanging view, so that memory does not depend on how many they are.
//!
//! The `csv` crate writes: quotation marks and ends of lines within values are its business.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use licensing::license::ModuleLicense;
use licensing::wire::{ErrorCode, Separator};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::State;
use crate::db::assignments::{Sold, held, sold};
use crate::db::users::User;
use crate::db::users::cursor::{Cursor, Order};
use crate::db::users::list::{self, Filter};
use crate::db::{Tx, owners};
use crate::error::{Error, chain};
use crate::import::{EXPORTED, neutralised};

/// Users of a page.
const PAGE_USERS: usize = 1_000;
/// Pages that are ahead of a slow reader.
const PAGES_AHEAD: usize = 1;
/// Longest wait for a reader that takes nothing: it holds a view of the database.
const READER_WAIT: Duration = Duration::from_secs(60);
/// Seconds after which to try again when too many lists are exported.
const TOO_MANY_RETRY_S: u64 = 10;
/// Tells spreadsheets that it is UTF-8.
const MARK: &str = "\u{feff}";

/// A list that is exported.
pub(super) struct Export {
    /// Who.
    pub(super) filter: Filter,
    /// In which order.
    pub(super) order: Order,
    /// Ids of all user plans, in the owners' order.
    pub(super) plans: Vec<i32>,
    /// Between two values.
    pub(super) separator: Separator,
    /// What the file is called, before the day.
    pub(super) name: String,
}

/// Leave to export a list, unless too many are exported already.
pub(super) fn permit(state: &State) -> Result<OwnedSemaphorePermit, Error> {
    let permit = Arc::clone(&state.exports).try_acquire_owned();
    permit.map_err(|_| Error::refused_for(ErrorCode::TooManyAttempts, TOO_MANY_RETRY_S))
}

/// Answers with the list, over a view that was begun for it.
pub(super) fn answer(
    state: &State,
    permit: OwnedSemaphorePermit,
    tx: Tx,
    export: Export,
) -> Response {
    let today = state.clock.today(state.clock.now());
    let disposition = format!("attachment; filename=\"{}-{today}.csv\"", export.name);
    let (send, receive) = mpsc::channel(PAGES_AHEAD);
    let writing = tokio::spawn(write(tx, export, send, permit));
    let pages = stream::unfold(Some((receive, writing)), |open| async {
        let (mut receive, writing) = open?;
        if let Some(page) = receive.recv().await {
            return Some((Ok(page), Some((receive, writing))));
        }
        // A list that is cut off must not look like a whole one: the download fails.
        match writing.await {
            Ok(Ok(())) => None,
            _ => Some((
                Err(io::Error::other("the list was not read to its end")),
                None,
            )),
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, Body::from_stream(pages)).into_response()
}

async fn write(
    mut tx: Tx,
    export: Export,
    send: mpsc::Sender<Bytes>,
    _permit: OwnedSemaphorePermit,
) -> Result<(), Error> {
    let written = pages(&mut tx, &export, &send).await;
    if let Err(error) = &written {
        tracing::warn!(error = chain(error), "an export ended early");
    }
    tx.close(written).await
}

async fn pages(tx: &mut Tx, export: &Export, send: &mpsc::Sender<Bytes>) -> Result<(), Error> {
    let mut all = Vec::new();
    for owner in owners::all(tx).await? {
        match sold(tx, owner.id).await {
            Err(Error::NotFound) => {}
            found => all.push(found?),
        }
    }
    let mut text = MARK.as_bytes().to_vec();
    let mut after: Option<Cursor> = None;
    let mut head = Some(EXPORTED);
    loop {
        let after_ref = after.as_ref();
        let page = list::page(
            tx,
            &export.filter,
            export.order,
            &export.plans,
            after_ref,
            PAGE_USERS,
        )
        .await?;
        after = page.users.last().map(|last| Cursor::at(last, export.order));
        let more = page.more;
        let ids: Vec<i32> = page.users.iter().map(|user| user.id).collect();
        let mut given = held::of_users(tx, &ids).await?;
        given.sort_unstable_by_key(|held| (held.user, held.module));
        let mut writer = csv::WriterBuilder::new()
            .delimiter(match export.separator {
                Separator::Comma => b',',
                Separator::Semicolon => b';',
                Separator::Tab => b'\t',
            })
            .terminator(csv::Terminator::CRLF)
            .from_writer(text);
        if let Some(head) = head.take() {
            writer.write_record(head).map_err(Error::internal)?;
        }
        for user in &page.users {
            let from = given.partition_point(|held| held.user < user.id);
            let of_user = given[from..].iter().take_while(|held| held.user == user.id);
            let modules: Vec<i32> = of_user.map(|held| held.module).collect();
            writer
                .write_record(row(user, &modules, &all))
                .map_err(Error::internal)?;
        }
        text = writer
            .into_inner()
            .map_err(|error| Error::internal(error.to_string()))?;
        let sent = send.send(Bytes::from(std::mem::take(&mut text)));
        match tokio::time::timeout(READER_WAIT, sent).await {
            Ok(Ok(())) => {}
            // The browser gave up.
            Ok(Err(_)) => return Ok(()),
            Err(late) => return Err(Error::Unavailable(late.into())),
        }
        if !more {
            return Ok(());
        }
    }
}

/// A user in the order of [`EXPORTED`].
fn row(user: &User, modules: &[i32], all: &[Sold]) -> [String; EXPORTED.len()] {
    let given = |plans: bool| {
        let mut names = Vec::new();
        for sold in all {
            for name in modules.iter().filter_map(|id| sold.name(*id)) {
                let module = sold.license.module(name);
                if module.is_some_and(ModuleLicense::is_user_plan) == plans {
                    names.push(format!("{}.{name}", sold.license.owner_name));
                }
            }
        }
        names.join(" ")
    };
    let profile = &user.profile;
    let flag = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let text = |text: &str| neutralised(text).into_owned();
    [
        text(&profile.user_id),
        text(&profile.first_name),
        text(&profile.last_name),
        text(&profile.full_name),
        text(&profile.email),
        text(&profile.primary_group),
        text(&profile.role),
        text(&profile.company),
        given(true),
        given(false),
        flag(profile.can_log_in),
        flag(profile.former_employee),
        profile
            .last_sign_in
            .map(|at| at.to_string())
            .unwrap_or_default(),
    ]
}

/// A name of a file without what a header or a disk may not have.
pub(super) fn file_name(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let letters = name.chars();
    letters
        .map(|letter| if is_plain(letter) { letter } else { '_' })
        .collect()
}
