//! Serial number and company (the license owner): set first on an empty console, set right as long as nothing was in
//! force, later changed by asking for the license of the new ones.

use std::rc::Rc;

use licensing::license::{INSTALLATION_TEXT_MAX, Installation};
use licensing::wire::{FieldFault, Licenses, Problem, SetInstallation};

use super::Here;
use super::activate::said;
use crate::api::{self, Asking, Failure, Then, then};
use crate::call::Call;
use crate::nodes;
use crate::parts::act::act;
use crate::parts::failure::say;
use crate::reactive::{RwSignal, Signal, StoredValue};
use crate::route::{LicensesDialog, LicensesRoute, Route};
use crate::text::{K, fill, now};
use crate::ui::dialog::{Dialog, body, foot};
use crate::ui::el::{El, Node, el, live};
use crate::ui::form::{Button, Field};
use crate::ui::notice::{Tone, p};
use crate::ui::page::focus_heading;

/// Names of the fields, as the server names them.
const SERIAL_NR: &str = "serial_nr";
const COMPANY_NAME: &str = "company_name";

/// What the form works with.
#[derive(Clone, Copy)]
struct Form {
    here: Here,
    /// What is to be set right: what was shown when the form opened.
    seen: StoredValue<Option<Installation>>,
    serial_nr: Entry,
    company_name: Entry,
    busy: RwSignal<bool>,
    /// Why it did not work, in words.
    fault: RwSignal<String>,
}

/// A field of the form.
#[derive(Clone, Copy)]
struct Entry {
    value: RwSignal<String>,
    error: RwSignal<String>,
}

impl Entry {
    fn new(value: Option<&String>) -> Self {
        Self {
            value: RwSignal::new(value.cloned().unwrap_or_default()),
            error: RwSignal::new(String::new()),
        }
    }

    /// What is in it; says so when that is nothing.
    fn read(self) -> Option<String> {
        let value = self.value.with_untracked(|value| value.trim().to_owned());
        self.error.set(if value.is_empty() {
            now(K::FieldMissing).to_owned()
        } else {
            String::new()
        });
        (!value.is_empty()).then_some(value)
    }
}

/// The first step on an empty console.
pub(super) fn first(here: Here) -> El {
    let form = Form::new(here);
    let save = Button::new(K::Save).primary().submits().busy(form.busy);
    let fields = form.fields(K::CompanyName);
    let inside = nodes![fields, form.trouble(K::NotSaved), p(save)];
    el("section")
        .class("sheet first")
        .child(el("h2").child(K::FirstTitle))
        .child(p(K::FirstText))
        .child(form.view(inside, Form::set))
}

/// What both are now, while they can be set right: no license is in force.
pub(super) fn to_set_right(all: &Licenses) -> Option<&Installation> {
    let mut owners = all.owners.iter();
    let nothing = owners.all(|owner| owner.installed.is_none());
    all.installation.as_ref().filter(|_| nothing)
}

/// The way to set both right.
pub(super) fn set_right(here: Here) -> El {
    let address = move || here.href(LicensesDialog::Serial);
    p(el("a").attr("href", address).child(K::CorrectTitle))
}

/// The dialog for setting both right, or for a demo version's new serial number and license owner.
pub(super) fn change(here: Here) -> El {
    let form = Form::new(here);
    let (title, how, company, trouble, ask, send): (_, _, _, _, _, fn(Form, Installation)) =
        if form.sets_right() {
            let (company, trouble) = (K::CompanyName, K::NotSaved);
            (
                K::CorrectTitle,
                K::CorrectHow,
                company,
                trouble,
                K::Save,
                Form::set,
            )
        } else {
            let (company, trouble) = (K::LicenseOwner, K::NotRequested);
            (
                K::SerialTitle,
                K::SerialHow,
                company,
                trouble,
                K::SerialRequest,
                Form::change,
            )
        };
    let close = Button::new(K::Cancel).on_click(move || here.close());
    let ask = Button::new(ask).primary().submits().busy(form.busy);
    let inside = nodes![p(how), form.fields(company), form.trouble(trouble)];
    let form = form.view(nodes![body(inside), foot(nodes![close, ask])], send);
    Dialog::new(title, move || here.close()).narrow().view(form)
}

impl Form {
    fn new(here: Here) -> Self {
        let seen = here.licenses.value.with_untracked(|all| {
            let all = all.as_ref()?;
            to_set_right(all).cloned()
        });
        let before = seen.as_ref();
        Self {
            here,
            serial_nr: Entry::new(before.map(|it| &it.serial_nr)),
            company_name: Entry::new(before.map(|it| &it.company_name)),
            seen: StoredValue::new(seen),
            busy: RwSignal::new(false),
            fault: RwSignal::new(String::new()),
        }
    }

    fn sets_right(self) -> bool {
        self.seen.with_value(Option::is_some)
    }

    fn view(self, inside: Node, send: fn(Self, Installation)) -> El {
        el("form")
            .class("form")
            .on("submit", move |event| {
                event.prevent_default();
                self.fault.set(String::new());
                let (serial_nr, company_name) = (self.serial_nr.read(), self.company_name.read());
                if let (Some(serial_nr), Some(company_name)) = (serial_nr, company_name) {
                    send(
                        self,
                        Installation {
                            serial_nr,
                            company_name,
                        },
                    );
                }
            })
            .child(inside)
    }

    fn fields(self, company: K) -> Node {
        let field = |name, label, entry: Entry, hint: K| {
            Field::new(name, label, entry.value)
                .hint(Signal::derive(move || now(hint).to_owned()))
                .error(entry.error)
        };
        nodes![
            field(SERIAL_NR, K::SerialNumber, self.serial_nr, K::SerialWhere).focused(true),
            field(COMPANY_NAME, company, self.company_name, K::OwnerWhere),
        ]
    }

    fn trouble(self, title: K) -> Node {
        live(move || {
            let words = self.fault.get();
            (!words.is_empty()).then(|| said(Tone::Red, now(title).to_owned(), words))
        })
    }

    fn set(self, wanted: Installation) {
        let here = self.here;
        let set = SetInstallation {
            seen: self.seen.get_value(),
            wanted,
        };
        self.act(Box::new(move |()| {
            then(api::set_installation(&set), move |_| {
                here.status.say(now(K::FirstSaved).to_owned());
                here.licenses.reload();
                // The form goes.
                if self.sets_right() {
                    here.close();
                } else {
                    focus_heading();
                }
            })
        }));
    }

    fn change(self, wanted: Installation) {
        let here = self.here;
        self.act(Box::new(move |()| {
            then(api::change_serial_number(&wanted), move |loaded| {
                here.licenses.put(loaded.licenses);
                let tab = LicensesRoute::of(loaded.owner.as_str());
                here.navigation
                    .replace(Route::Licenses(tab.with(LicensesDialog::Activate)));
            })
        }));
    }

    fn act(self, ask: Box<dyn Call<(), Asking<Then>>>) {
        act(
            self.here.session,
            self.busy,
            ask,
            Rc::new(move |failure| self.refused(&failure)),
        );
    }

    /// Says beside each field what is wrong with it, and the rest below.
    fn refused(self, failure: &Failure) {
        let mut elsewhere = true;
        if let Failure::Refused(body) = failure {
            for problem in &body.problems {
                let Problem::Field { field, fault } = problem else {
                    continue;
                };
                let entry = match field.as_str() {
                    SERIAL_NR => self.serial_nr,
                    COMPANY_NAME => self.company_name,
                    _ => continue,
                };
                entry.error.set(say_fault(*fault));
                elsewhere = false;
            }
        }
        if elsewhere {
            self.fault.set(say(failure));
        }
    }
}

fn say_fault(fault: FieldFault) -> String {
    match fault {
        FieldFault::Missing => now(K::FieldMissing).to_owned(),
        FieldFault::TooLong => {
            let count = INSTALLATION_TEXT_MAX.to_string();
            fill(K::FieldTooLong, &[("count", &count)])
        }
        FieldFault::Malformed | FieldFault::Taken => now(K::FieldMalformed).to_owned(),
    }
}
