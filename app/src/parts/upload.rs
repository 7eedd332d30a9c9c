//! Sending a file of any size, and how much of it is sent: what `fetch` does not tell.

use licensing::wire::{Import, paths};
use wasm_bindgen::JsCast;

use crate::api::{Failure, judged};
use crate::json;
use crate::ui::heard::hear;

/// Sends a file to be imported. `sent` is told how many hundredths of it are there, `done` how it ended. Nothing is told any more once
/// whoever sends it is gone.
pub(crate) fn upload(
    file: &web_sys::File,
    sent: impl Fn(i64) + 'static,
    done: impl Fn(Result<Import, Failure>) + 'static,
) {
    let Ok(request) = web_sys::XmlHttpRequest::new() else {
        return;
    };
    let name = licensing::retrieval::percent_encoded(&file.name());
    let path = [paths::IMPORTS, "?name=", &name].concat();
    if let Ok(upload) = request.upload() {
        hear(&upload, &["progress"], move |event| {
            let event: web_sys::ProgressEvent = event.unchecked_into();
            sent((event.loaded() * 100.0 / event.total().max(1.0)) as i64);
        });
    }
    let answer = request.clone();
    hear(&request, &["loadend"], move |_| {
        let status = answer.status().unwrap_or_default();
        let text = answer.response_text().ok().flatten();
        let id = answer.get_response_header("x-request-id").ok().flatten();
        let judged = match status {
            0 => Err(Failure::Offline),
            _ => judged(status == 200, text.unwrap_or_default(), id),
        };
        done(judged.and_then(|(text, id)| json::read(&text).ok_or(Failure::Garbled(id))));
    });
    // What cannot be begun ends at once, as an error.
    drop(request.open("POST", &path));
    drop(request.set_request_header("content-type", "application/octet-stream"));
    drop(request.send_with_opt_blob(Some(file)));
}
