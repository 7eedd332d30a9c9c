//! Users as CSV: what goes out comes back and changes nothing; what comes in is looked at first, then done in whole users.

mod apply;
mod bad_input;
mod export;
mod files;

use axum::http::StatusCode;
use licensing::assignment::Refusal;
use licensing::wire::{
    ApplyImport, ErrorCode, Import, ImportError, ImportFault, ImportPreview, ImportState,
    PreviewImport, path, paths,
};

use crate::harness::{Answer, Browser, Console};

/// Uploads a file.
pub(crate) async fn upload(browser: &Browser, text: impl Into<axum::body::Bytes>) -> Import {
    let path = format!("{}?name=users.csv", paths::IMPORTS);
    browser.post_file(&path, text).await.json()
}

/// An import as it stands, when no job runs any more.
pub(crate) async fn settled(console: &Console, browser: &Browser, import: &str) -> Import {
    console.state.imports.idle().await;
    browser.get(&path(paths::IMPORT, import)).await.json()
}

/// Looks what a file would do.
pub(crate) async fn preview(
    console: &Console,
    browser: &Browser,
    import: &str,
    asked: &PreviewImport,
) -> ImportPreview {
    let path = path(paths::PREVIEW_IMPORT, import);
    let begun: Import = browser.post(&path, asked).await.json();
    assert_eq!(begun.state, ImportState::Previewing);
    let import = settled(console, browser, import).await;
    assert_eq!(import.state, ImportState::Previewed, "{import:?}");
    import.preview.expect("it was looked at")
}

/// Asks to do what was seen.
pub(crate) async fn ask(browser: &Browser, import: &str, seen: &str, leave_out: bool) -> Answer {
    let apply = ApplyImport {
        seen: seen.to_owned(),
        leave_out,
    };
    browser
        .post(&path(paths::APPLY_IMPORT, import), &apply)
        .await
}

/// Does what was seen, to its end.
pub(crate) async fn apply(
    console: &Console,
    browser: &Browser,
    import: &str,
    seen: &str,
    leave_out: bool,
) -> Import {
    let begun: Import = ask(browser, import, seen, leave_out).await.json();
    assert_eq!(begun.state, ImportState::Running);
    settled(console, browser, import).await
}

/// What a file would do, with new users allowed or not.
async fn looked_at(
    console: &Console,
    browser: &Browser,
    text: impl Into<axum::body::Bytes>,
    create: bool,
) -> (String, ImportPreview) {
    let import = upload(browser, text).await.import;
    let asked = PreviewImport {
        create,
        ..PreviewImport::default()
    };
    let seen = preview(console, browser, &import, &asked).await;
    (import, seen)
}

/// Errors as "line:column fault value".
fn named(errors: &[ImportError]) -> Vec<String> {
    let errors = errors.iter();
    errors
        .map(|error| {
            let fault = match &error.fault {
                ImportFault::Refused(Refusal::NoSeat(short)) => {
                    format!("no seat of {}", short.module)
                }
                ImportFault::Refused(Refusal::PrerequisiteMissing {
                    module,
                    prerequisite,
                }) => {
                    format!("{module} needs {prerequisite}")
                }
                ImportFault::Refused(Refusal::PlanOfGroup { .. }) => {
                    "two plans of a group".to_owned()
                }
                fault => format!("{fault:?}"),
            };
            format!("{}:{} {fault} {}", error.line, error.column, error.value)
        })
        .collect()
}

#[track_caller]
fn refused(answer: &Answer, code: ErrorCode) {
    answer.error(StatusCode::CONFLICT, code);
}
