//! *Load license from file*: the dialog, and dropping a file anywhere on the screen. The server verifies it; what
//! changes is shown before anything is active.

use std::rc::Rc;

use licensing::envelope::{ENVELOPE_MAX, VerifyCode};
use licensing::wire::ErrorCode;
use wasm_bindgen::JsCast;

use super::Here;
use super::activate::said;
use crate::api::{self, Failure, then};
use crate::nodes;
use crate::parts::act::act;
use crate::parts::failure::say;
use crate::parts::verify::sentences;
use crate::reactive::{RwSignal, StoredValue};
use crate::route::{LicensesDialog, LicensesRoute, Route};
use crate::text::{K, fill, now};
use crate::ui::dialog::{Dialog, body, foot};
use crate::ui::el::{El, Node, effect, el, live};
use crate::ui::form::Button;
use crate::ui::icon::{Icon, glyph};
use crate::ui::notice::{Tone, p};

/// Files that were dropped on the screen and wait for the dialog.
#[derive(Clone, Copy)]
pub(super) struct Dropped {
    /// One is being dragged over the page.
    pub(super) hovers: RwSignal<bool>,
    files: StoredValue<Vec<web_sys::File>>,
    /// Moves when files were dropped.
    came: RwSignal<u32>,
}

impl Dropped {
    /// None yet.
    pub(super) fn new() -> Self {
        Self {
            hovers: RwSignal::new(false),
            files: StoredValue::new(Vec::new()),
            came: RwSignal::new(0),
        }
    }
}

/// Files were dropped: the dialog takes them, unless another one is open that has something to lose.
pub(super) fn dropped(here: Here, files: &web_sys::FileList) {
    let open = here.route.with_untracked(|route| route.dialog.clone());
    if matches!(
        open,
        Some(LicensesDialog::Remove(_) | LicensesDialog::Serial)
    ) {
        here.status.say(now(K::FileNotNow).to_owned());
        return;
    }
    let files = (0..files.length()).filter_map(|index| files.item(index));
    here.dropped.files.set_value(files.collect());
    here.dropped
        .came
        .update(|came| *came = came.wrapping_add(1));
    if open != Some(LicensesDialog::File) {
        let file = here
            .route
            .with_untracked(|route| route.with(LicensesDialog::File));
        here.navigation.go(Route::Licenses(file));
    }
}

/// Shown over the page while a file is being dragged over it.
pub(super) fn overlay(here: Here) -> Node {
    live(move || {
        here.dropped.hovers.get().then(|| {
            el("div")
                .class("drop-here")
                .attr("aria-hidden", "true")
                .child(glyph(Icon::File))
                .child(el("strong").child(now(K::FileDropHere)))
        })
    })
}

/// What the dialog works with.
#[derive(Clone, Copy)]
struct Loading {
    here: Here,
    /// Name of the file that was chosen last.
    name: RwSignal<String>,
    busy: RwSignal<bool>,
    /// Why it was not loaded, in words.
    fault: RwSignal<String>,
    /// It is active already: nothing is wrong.
    harmless: RwSignal<bool>,
}

/// The dialog.
pub(super) fn file(here: Here) -> El {
    let loading = Loading {
        here,
        name: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        fault: RwSignal::new(String::new()),
        harmless: RwSignal::new(false),
    };
    effect(move || {
        here.dropped.came.track();
        let files = here.dropped.files.try_update_value(std::mem::take);
        loading.take(files.unwrap_or_default());
    });
    let input = el("input")
        .attr("type", "file")
        .attr("class", "unseen")
        .attr("id", "license-file")
        .attr("autofocus", true)
        .on("change", move |event| {
            let input = event
                .target()
                .and_then(|it| it.dyn_into::<web_sys::HtmlInputElement>().ok());
            let Some(input) = input else { return };
            let files = input.files();
            let files = files
                .iter()
                .flat_map(|files| (0..files.length()).filter_map(|at| files.item(at)));
            loading.take(files.collect());
            // The same file can be chosen again, for instance after it was mended.
            input.set_value("");
        });
    let choose = el("label")
        .class("button primary")
        .attr("for", "license-file")
        .child(K::FileChoose);
    let choose = el("div")
        .class("file-choose")
        .child(input)
        .child(choose)
        .child(loading.progress());
    let close = Button::new(K::Cancel).on_click(move || here.close());
    let inside = nodes![
        p(K::FileHow),
        p(K::FileWhere).class("soft"),
        choose,
        loading.trouble(),
    ];
    Dialog::new(K::LoadLicenseFromFile, move || here.close())
        .narrow()
        .view(nodes![body(inside), foot(close)])
}

impl Loading {
    /// "Verifying …".
    fn progress(self) -> El {
        let words = live(move || {
            let words = || fill(K::FileVerifying, &[("file", &self.name.get())]);
            self.busy.get().then(words)
        });
        el("span").class("soft").attr("role", "status").child(words)
    }

    /// Why it was not loaded.
    fn trouble(self) -> Node {
        live(move || {
            let words = self.fault.get();
            let tone = if self.harmless.get() {
                Tone::Info
            } else {
                Tone::Red
            };
            let title = fill(K::FileRefused, &[("file", &self.name.get())]);
            (!words.is_empty()).then(|| said(tone, title, words))
        })
    }

    fn take(self, mut files: Vec<web_sys::File>) {
        let Some(file) = files.pop() else { return };
        self.name.set(file.name());
        self.harmless.set(false);
        self.fault.set(String::new());
        if !files.is_empty() {
            self.fault.set(now(K::FileOne).to_owned());
        } else if file.size() > ENVELOPE_MAX as f64 {
            // What the server would say, without sending it.
            self.fault
                .set(now(sentences(VerifyCode::TooLarge)).to_owned());
        } else {
            leptos::task::spawn_local(self.read(file));
        }
    }

    /// Reads the file first: a folder, or a file that was moved, is no failure of the connection.
    async fn read(self, file: web_sys::File) {
        let readable = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await;
        if readable.is_err() {
            self.fault.try_set(now(K::FileUnreadable).to_owned());
        } else if !self.busy.is_disposed() {
            self.send(file);
        }
    }

    fn send(self, file: web_sys::File) {
        let ask = move |()| {
            then(api::load_file(&file), move |loaded| {
                let here = self.here;
                here.licenses.put(loaded.licenses);
                let tab = LicensesRoute::of(loaded.owner.as_str());
                here.navigation
                    .replace(Route::Licenses(tab.with(LicensesDialog::Activate)));
            })
        };
        let failed = move |failure: Failure| {
            let active = ErrorCode::License(VerifyCode::AlreadyActive);
            let harmless = matches!(&failure, Failure::Refused(body) if body.code == active);
            self.harmless.set(harmless);
            self.fault.set(say(&failure));
        };
        act(self.here.session, self.busy, Box::new(ask), Rc::new(failed));
    }
}
