//! Serial number and company (the license owner): set first on an empty console, later changed by asking for the license
//! of the new ones.

use std::rc::Rc;

use leptos::prelude::*;
use licensing::license::{INSTALLATION_TEXT_MAX, Installation};
use licensing::wire::{FieldFault, Problem};

use super::Here;
use super::activate::said;
use crate::api::{self, Asking, Failure};
use crate::nodes;
use crate::parts::act::{Then, act, then};
use crate::parts::failure::say;
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
    fn new() -> Self {
        Self {
            value: RwSignal::new(String::new()),
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

/// The dialog for a demo version's new serial number and license owner.
pub(super) fn change(here: Here) -> El {
    let form = Form::new(here);
    let close = Button::new(K::Cancel).on_click(move || here.close());
    let ask = Button::new(K::SerialRequest)
        .primary()
        .submits()
        .busy(form.busy);
    let inside = nodes![
        p(K::SerialHow),
        form.fields(K::LicenseOwner),
        form.trouble(K::NotRequested),
    ];
    let form = form.view(nodes![body(inside), foot(nodes![close, ask])], Form::change);
    Dialog::new(K::SerialTitle, move || here.close())
        .narrow()
        .view(form)
}

impl Form {
    fn new(here: Here) -> Self {
        Self {
            here,
            serial_nr: Entry::new(),
            company_name: Entry::new(),
            busy: RwSignal::new(false),
            fault: RwSignal::new(String::new()),
        }
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
        self.act(Box::new(move || {
            then(api::set_installation(&wanted), move |_| {
                here.status.say(now(K::FirstSaved).to_owned());
                here.licenses.reload();
                // The form goes.
                focus_heading();
            })
        }));
    }

    fn change(self, wanted: Installation) {
        let here = self.here;
        self.act(Box::new(move || {
            then(api::change_serial_number(&wanted), move |loaded| {
                here.licenses.put(loaded.licenses);
                let tab = LicensesRoute::of(loaded.owner.as_str());
                here.navigation
                    .replace(Route::Licenses(tab.with(LicensesDialog::Activate)));
            })
        }));
    }

    fn act(self, ask: Box<dyn Fn() -> Asking<Then>>) {
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
        FieldFault::Malformed => now(K::FieldMalformed).to_owned(),
    }
}
