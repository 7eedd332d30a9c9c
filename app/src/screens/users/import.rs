//! Importing users: a file is chosen or dropped, how it is read can be changed, what it would do is shown, then it is done and can be
//! stopped. How far it is comes from the server: the page can be left and comes back as it stands.

mod seen;

use std::rc::Rc;

use licensing::wire::{
    ApplyImport, Encoding, IMPORT_MAX, Import, ImportColumn, ImportCounts, ImportPreview,
    ImportState, Imports, PreviewImport, ReadAs, Separator, UserLicense,
};
use wasm_bindgen::JsCast;

use super::Known;
use crate::api::{self, Asking, Failure, Then, then};
use crate::call::Call;
use crate::events::changes;
use crate::nodes;
use crate::parts::act::act;
use crate::parts::drop::take_files;
use crate::parts::failure::say;
use crate::parts::upload::upload;
use crate::reactive::{RwSignal, Signal};
use crate::remote::remote;
use crate::route::UsersRoute;
use crate::session::session;
use crate::text::{K, N, fill, joined, now, number, tn};
use crate::ui::el::{El, Node, el, live};
use crate::ui::filter::{Choice, check, choose};
use crate::ui::form::Button;
use crate::ui::loaded::{Remote, loaded};
use crate::ui::notice::{Tone, alert, notice, p};

/// What a column can say, in the order in which it is offered.
const COLUMNS: [(ImportColumn, K); 12] = [
    (ImportColumn::UserId, K::UserId),
    (ImportColumn::FirstName, K::FirstName),
    (ImportColumn::LastName, K::LastName),
    (ImportColumn::FullName, K::Name),
    (ImportColumn::Email, K::Email),
    (ImportColumn::Group, K::PrimaryGroup),
    (ImportColumn::Role, K::Role),
    (ImportColumn::Company, K::OwningCompany),
    (ImportColumn::Plan, K::UserPlan),
    (ImportColumn::Licenses, K::LicencesScreen),
    (ImportColumn::CanLogIn, K::CanLogIn),
    (ImportColumn::FormerEmployee, K::FormerEmployee),
];
const ENCODINGS: [(Encoding, &str); 4] = [
    (Encoding::Utf8, "UTF-8"),
    (Encoding::Utf16Le, "UTF-16 LE"),
    (Encoding::Utf16Be, "UTF-16 BE"),
    (Encoding::Windows1252, "Windows-1252"),
];
const SEPARATORS: [(Separator, K); 3] = [
    (Separator::Comma, K::ImportComma),
    (Separator::Semicolon, K::ImportSemicolon),
    (Separator::Tab, K::ImportTab),
];

/// What the page works with.
#[derive(Clone, Copy)]
struct Importing {
    known: Known,
    imports: Remote<Imports>,
    /// A file is being dragged over the page.
    hovers: RwSignal<bool>,
    /// How much of which file is sent, in words; empty: none is being sent.
    sending: RwSignal<String>,
    busy: RwSignal<bool>,
    fault: RwSignal<String>,
    leave_out: RwSignal<bool>,
}

/// The tab of importing, for an administrator.
pub(super) fn import(known: Known) -> Node {
    let changes = changes();
    let importing = Importing {
        known,
        imports: remote(move || changes.imports(), |()| api::imports()),
        hovers: RwSignal::new(false),
        sending: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        fault: RwSignal::new(String::new()),
        leave_out: RwSignal::new(false),
    };
    take_files(importing.hovers, move |files| importing.take(&files));
    importing.view()
}

impl Importing {
    fn view(self) -> Node {
        let input = el("input")
            .attr("type", "file")
            .class("unseen")
            .attr("id", "import-file")
            .attr("accept", ".csv,.txt,.tsv,text/csv")
            .on("change", move |event| {
                let input = event
                    .target()
                    .and_then(|it| it.dyn_into::<web_sys::HtmlInputElement>().ok());
                let Some(input) = input else { return };
                if let Some(files) = input.files() {
                    self.take(&files);
                }
                // The same file can be chosen again, for instance after it was mended.
                input.set_value("");
            });
        let label = el("label")
            .class("button")
            .attr("for", "import-file")
            .child(K::FileChoose);
        let sending = el("span")
            .class("soft")
            .attr("role", "status")
            .child(self.sending);
        let choose = el("div")
            .class("file-choose")
            .child(input)
            .child(label)
            .child(sending);
        let fault = live(move || {
            let fault = self.fault.get();
            (!fault.is_empty()).then(|| alert(Tone::Red, p(fault)))
        });
        let inside = loaded(self.imports.there(), self.imports.waiting, 4, move || {
            self.imports
                .show(move |all| all.imports.first().map(|import| self.shown(import)))
        });
        let overlay = live(move || {
            self.hovers.get().then(|| {
                el("div")
                    .class("drop-here")
                    .attr("aria-hidden", "true")
                    .child(el("strong").child(now(K::ImportDropHere)))
            })
        });
        let how = p(K::ImportHow).class("soft freed-how");
        let sheet = el("div").class("sheet import");
        nodes![how, sheet.child(choose).child(fault).child(inside), overlay]
    }

    fn take(self, files: &web_sys::FileList) {
        let Some(file) = files.item(0) else { return };
        if !self.sending.with_untracked(String::is_empty) {
            return;
        }
        if files.length() > 1 {
            return self.fault.set(now(K::FileOne).to_owned());
        }
        if file.size() > IMPORT_MAX as f64 {
            return self.fault.set(now(K::FailureTooLarge).to_owned());
        }
        self.fault.set(String::new());
        let name = file.name();
        let said = move |percent: i64| {
            let values = [("file", name.as_str()), ("percent", &percent.to_string())];
            self.sending.set(fill(K::ImportSending, &values));
        };
        said(0);
        upload(&file, said, move |answer| {
            self.sending.set(String::new());
            match answer {
                Ok(import) => {
                    self.leave_out.set(false);
                    self.look(import.import, PreviewImport::default());
                }
                Err(failure) => self.fault.set(say(&failure)),
            }
        });
    }

    fn put(self, import: Import) {
        self.imports.put(Imports {
            imports: vec![import],
        });
    }

    /// An act whose answer is how far the import is then.
    fn act(self, ask: Box<dyn Call<(), Asking<Import>>>) {
        self.then(Box::new(move |()| {
            then(ask.call_with(()), move |import| self.put(import))
        }));
    }

    fn then(self, ask: Box<dyn Call<(), Asking<Then>>>) {
        self.fault.set(String::new());
        let failed = move |failure: Failure| {
            self.fault.set(say(&failure));
            self.imports.reload();
        };
        act(session(), self.busy, ask, Rc::new(failed));
    }

    fn look(self, id: String, asked: PreviewImport) {
        self.act(Box::new(move |()| api::preview_import(&id, &asked)));
    }

    fn with_known<T>(self, read: impl FnOnce(&[UserLicense]) -> T) -> T {
        self.known.value.with(|known| {
            let known = known.as_ref().map(|known| known.licenses.as_slice());
            read(known.unwrap_or_default())
        })
    }

    /// How far an import is.
    fn shown(self, import: &Import) -> Node {
        let line = number(import.line);
        let about = |key: K, lines: &str| {
            fill(
                key,
                &[("file", &import.name), ("line", &line), ("lines", lines)],
            )
        };
        let lines = import.preview.as_ref().map_or(0, |preview| preview.lines);
        let title = el("h2").child(import.name.clone());
        let above = match import.state {
            ImportState::Done => {
                let words = joined(&counted(&import.done), " ");
                let done = nodes![el("strong").child(K::ImportDone), p(words)];
                let list = el("a")
                    .attr("href", UsersRoute::default().href())
                    .child(K::AssociatesTab);
                let refused = self.with_known(|known| seen::errors(&import.refused, known));
                return nodes![title, alert(Tone::Green, done), refused, p(list)];
            }
            ImportState::Running => {
                let of = [import.line, lines].map(|line| line.to_string());
                let words = about(K::ImportRunning, &number(lines));
                return nodes![title, self.progress(import, words, Some(of))];
            }
            ImportState::Stopped | ImportState::Refused => self.how_it_stopped(import),
            // They stay where they are while it is looked at again: the focus is in them.
            _ => self.settings(import),
        };
        let below = match &import.preview {
            _ if import.state == ImportState::Previewing => {
                self.progress(import, about(K::ImportReading, ""), None)
            }
            Some(preview) => self.seen(import, preview),
            None => self.again(import).into(),
        };
        nodes![title, above, below]
    }

    /// How far it is, in words and of so many lines, and a button that stops it.
    fn progress(self, import: &Import, words: String, of: Option<[String; 2]>) -> Node {
        let bar = of.map(|[value, lines]| {
            el("progress")
                .attr("aria-label", K::Import)
                .attr("value", value)
                .attr("max", lines)
        });
        let id = import.import.clone();
        let stop = Button::new(K::ImportStop)
            .busy(self.busy)
            .on_click(move || {
                let id = id.clone();
                self.act(Box::new(move |()| api::stop_import(&id)));
            });
        nodes![p(words).attr("role", "status"), bar, stop]
    }

    fn how_it_stopped(self, import: &Import) -> Node {
        let key = match import.state {
            ImportState::Refused => K::ImportRefused,
            _ => K::ImportStopped,
        };
        let line = number(import.line);
        let words = fill(K::ImportStoppedHow, &[("line", &line)]);
        let words = [&*joined(&counted(&import.done), " "), " ", &words].concat();
        let refused = self.with_known(|known| seen::errors(&import.refused, known));
        let said = alert(Tone::Amber, nodes![el("strong").child(key), p(words)]);
        nodes![said, refused]
    }

    /// How the file is read: each choice is looked at at once.
    fn settings(self, import: &Import) -> Node {
        let read_as = &import.read_as;
        let looks = |which: Which| {
            let (id, asked) = (import.import.clone(), as_now(read_as));
            move |chosen: String| {
                let mut asked = asked.clone();
                which.set(&mut asked, chosen.parse().ok());
                self.look(id.clone(), asked);
            }
        };
        let pick = |label: Node, which: Which, names: Vec<&'static str>, chosen: Option<usize>| {
            let choices = names.into_iter().enumerate().map(|(place, name)| Choice {
                value: place.to_string(),
                name: name.to_owned(),
                group: String::new(),
            });
            let choices = Signal::stored(choices.collect());
            let chosen = chosen.map(|place| place.to_string()).unwrap_or_default();
            let none = matches!(which, Which::Column(_)).then_some(K::ImportPassOver);
            choose(label, none, choices, Signal::stored(chosen), looks(which))
        };
        let mut known = ENCODINGS.iter();
        let encoding = pick(
            K::ImportEncoding.into(),
            Which::Encoding,
            ENCODINGS.iter().map(|(_, name)| *name).collect(),
            known.position(|(known, _)| *known == read_as.encoding),
        );
        let mut known = SEPARATORS.iter();
        let separator = pick(
            K::ImportSeparator.into(),
            Which::Separator,
            SEPARATORS.iter().map(|(_, name)| now(*name)).collect(),
            known.position(|(known, _)| *known == read_as.separator),
        );
        let columns = import.head.iter().zip(&read_as.columns).enumerate();
        let columns: Vec<_> = columns
            .map(|(at, (head, says))| {
                let mut known = COLUMNS.iter();
                pick(
                    head.clone().into(),
                    Which::Column(at),
                    COLUMNS.iter().map(|(_, name)| now(*name)).collect(),
                    known.position(|(known, _)| Some(*known) == *says),
                )
            })
            .collect();
        let create = looks(Which::Create);
        let create = check(K::ImportCreate, read_as.create, move |on| {
            create(if on { "1" } else { "" }.to_owned());
        });
        let group = |inside: Vec<El>| el("div").class("many-choices").children(inside);
        let columns = el("fieldset")
            .child(el("legend").child(K::ImportColumns))
            .child(group(columns))
            .child(p(K::ImportColumnsHow).class("soft"));
        nodes![group(vec![encoding, separator, create]), columns]
    }

    /// Looks again, in the same way.
    fn again(self, import: &Import) -> Button {
        let (id, read_as) = (import.import.clone(), import.read_as.clone());
        Button::new(K::ImportAgain)
            .busy(self.busy)
            .on_click(move || {
                self.look(id.clone(), as_now(&read_as));
            })
    }

    /// What it would do, and doing it.
    fn seen(self, import: &Import, preview: &ImportPreview) -> Node {
        let counts = preview.counts;
        let wrong = counts.refused > 0;
        let is_refused = import.state == ImportState::Refused;
        // What is half done is not what was looked at any more.
        let is_new = import.state == ImportState::Previewed;
        let (words, tables) = match is_new {
            true => {
                let words = p(joined(&counted(&counts), " ")).attr("role", "status");
                let tables = self.with_known(|known| seen::tables(preview, known));
                (nodes![words, seen::notices(preview)], tables)
            }
            false => (Node::Nothing, Node::Nothing),
        };
        let leave_out = ((wrong || is_refused) && preview.usable).then(|| {
            let on = move || self.leave_out.get();
            check(K::ImportLeaveOut, on, move |on| self.leave_out.set(on))
        });
        let unusable = (!preview.usable).then(|| notice(Tone::Info, p(K::ImportOtherColumnsHow)));
        let usable = preview.usable && counts.created + counts.updated > 0;
        let off = Signal::derive(move || !usable || (wrong && !self.leave_out.get()));
        let users = i64::try_from(counts.created + counts.updated).unwrap_or(i64::MAX);
        let label = match is_new {
            true => tn(N::ImportUsers, users, &[]),
            false => fill(K::ImportGoOn, &[("line", &number(import.line + 1))]),
        };
        let (id, seen) = (import.import.clone(), preview.seen.clone());
        let apply = Button::new(label)
            .primary()
            .busy(self.busy)
            .off(off)
            .on_click(move || {
                let (id, seen) = (id.clone(), seen.clone());
                let leave_out = self.leave_out.get_untracked();
                let asked = ApplyImport { seen, leave_out };
                self.act(Box::new(move |()| api::apply_import(&id, &asked)));
            });
        let id = import.import.clone();
        let away = Button::new(K::ImportThrowAway)
            .busy(self.busy)
            .on_click(move || {
                let id = id.clone();
                let ask = move |()| then(api::remove_import(&id), move |_| self.imports.reload());
                self.then(Box::new(ask));
            });
        let buttons = el("div")
            .class("file-choose")
            .child(apply)
            .child(self.again(import))
            .child(away);
        nodes![words, unusable, leave_out, buttons, tables]
    }
}

/// To be read in the same way again.
fn as_now(read_as: &ReadAs) -> PreviewImport {
    PreviewImport {
        encoding: Some(read_as.encoding),
        separator: Some(read_as.separator),
        columns: Some(read_as.columns.clone()),
        create: read_as.create,
    }
}

/// One of the choices of how a file is read.
#[derive(Clone, Copy)]
enum Which {
    Encoding,
    Separator,
    Column(usize),
    Create,
}

impl Which {
    /// What stands at this place of its list is chosen; none: nothing is.
    fn set(self, asked: &mut PreviewImport, chosen: Option<usize>) {
        match self {
            Self::Encoding => asked.encoding = chosen.map(|place| ENCODINGS[place].0),
            Self::Separator => asked.separator = chosen.map(|place| SEPARATORS[place].0),
            Self::Create => asked.create = chosen.is_some(),
            Self::Column(at) => {
                if let Some(columns) = &mut asked.columns {
                    columns[at] = chosen.map(|place| COLUMNS[place].0);
                }
            }
        }
        // Other columns may come of it: they are guessed anew.
        if matches!(self, Self::Encoding | Self::Separator) {
            asked.columns = None;
        }
    }
}

/// Lines by what becomes or became of them, a sentence each.
fn counted(counts: &ImportCounts) -> Vec<String> {
    let say = |key: N, lines: usize| {
        let lines = i64::try_from(lines).unwrap_or(i64::MAX);
        (lines > 0).then(|| tn(key, lines, &[]))
    };
    let said = [
        say(N::ImportCreates, counts.created),
        say(N::ManyChange, counts.updated),
        say(N::ManyUnchanged, counts.unchanged),
        say(N::ImportWrong, counts.refused),
    ];
    said.into_iter().flatten().collect()
}
