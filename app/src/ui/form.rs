//! Form fields and buttons: a label above, a hint or an error below, joined for screen readers.

use super::el::{El, Node, el, live};
use super::icon::{Icon, glyph};
use crate::call::Call;
use crate::reactive::{RwSignal, Signal};
use crate::text::K;

/// Longest text of a field, in characters, where nothing else is said.
const LONGEST: u32 = 254;

/// A field of one line. The error, when there is one, is beside the field and announced.
pub(crate) struct Field {
    name: &'static str,
    label: K,
    value: RwSignal<String>,
    kind: &'static str,
    autocomplete: &'static str,
    hint: Signal<String>,
    error: Signal<String>,
    read_only: bool,
    focused: bool,
}

impl Field {
    /// A field: its name (and id), its label, what is in it.
    pub(crate) fn new(name: &'static str, label: K, value: RwSignal<String>) -> Self {
        Self {
            name,
            label,
            value,
            kind: "text",
            autocomplete: "off",
            hint: Signal::stored(String::new()),
            error: Signal::stored(String::new()),
            read_only: false,
            focused: false,
        }
    }

    /// What autofill may put in.
    pub(crate) fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// Not readable while it is typed.
    pub(crate) fn password(mut self) -> Self {
        self.kind = "password";
        self
    }

    /// A sentence below.
    pub(crate) fn hint(mut self, hint: impl Into<Signal<String>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// What is wrong with it; empty: nothing.
    pub(crate) fn error(mut self, error: impl Into<Signal<String>>) -> Self {
        self.error = error.into();
        self
    }

    /// Cannot be changed.
    pub(crate) fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// Takes the focus when it appears.
    pub(crate) fn focused(mut self, focused: bool) -> Self {
        self.focused = focused;
        self
    }

    /// The field.
    pub(crate) fn view(self) -> El {
        let Self {
            value, hint, error, ..
        } = self;
        let below = [self.name, "-below"].concat();
        let wrong = move || !error.with(String::is_empty);
        let described = {
            let below = below.clone();
            move || (wrong() || !hint.with(String::is_empty)).then(|| below.clone())
        };
        let input = el("input")
            .attr("id", self.name)
            .attr("name", self.name)
            .attr("type", self.kind)
            .attr("autocomplete", self.autocomplete)
            .attr("autocapitalize", "none")
            .attr("spellcheck", "false")
            .attr("maxlength", LONGEST.to_string())
            .attr("readonly", self.read_only)
            .attr("autofocus", self.focused)
            .attr("aria-invalid", move || wrong().then_some("true"))
            .attr("aria-describedby", described)
            .content(move || value.get())
            .on_value("input", move |text| value.set(text));
        let words = live(move || {
            if wrong() {
                let words = el("p").class("field-error");
                return Some(words.child(glyph(Icon::Blocked)).child(error.get()));
            }
            let hint = hint.get();
            (!hint.is_empty()).then(|| el("p").class("soft").child(hint))
        });
        let below = el("div")
            .attr("id", below)
            .class("field-below")
            .attr("aria-live", "polite")
            .child(words);
        let label = el("label").attr("for", self.name).child(self.label);
        el("div")
            .class("field")
            .child(label)
            .child(input)
            .child(below)
    }
}

/// A button that acts. While `busy` it keeps its place and its focus and does nothing; `off` greys it out (say why
/// beside it).
pub(crate) struct Button {
    label: Node,
    primary: bool,
    submits: bool,
    busy: Signal<bool>,
    off: Signal<bool>,
    on_click: Option<Box<dyn Call<()>>>,
}

impl Button {
    /// A button that says this.
    pub(crate) fn new(label: impl Into<Node>) -> Self {
        Self {
            label: label.into(),
            primary: false,
            submits: false,
            busy: Signal::stored(false),
            off: Signal::stored(false),
            on_click: None,
        }
    }

    /// The one of the view.
    pub(crate) fn primary(mut self) -> Self {
        self.primary = true;
        self
    }

    /// Sends the form around it.
    pub(crate) fn submits(mut self) -> Self {
        self.submits = true;
        self
    }

    /// It is at it.
    pub(crate) fn busy(mut self, busy: impl Into<Signal<bool>>) -> Self {
        self.busy = busy.into();
        self
    }

    /// It cannot be used now.
    pub(crate) fn off(mut self, off: impl Into<Signal<bool>>) -> Self {
        self.off = off.into();
        self
    }

    /// What it does.
    pub(crate) fn on_click(mut self, act: impl Fn() + 'static) -> Self {
        self.on_click = Some(Box::new(move |()| act()));
        self
    }

    /// The button.
    pub(crate) fn view(self) -> El {
        let Self { busy, on_click, .. } = self;
        let is_busy = move || busy.get().then_some("true");
        el("button")
            .attr("type", if self.submits { "submit" } else { "button" })
            .class(if self.primary {
                "button primary"
            } else {
                "button"
            })
            .attr("disabled", self.off)
            .attr("aria-disabled", is_busy)
            .attr("aria-busy", is_busy)
            .on("click", move |event| {
                if busy.get_untracked() {
                    event.prevent_default();
                } else if let Some(act) = &on_click {
                    act.call_with(());
                }
            })
            .child(self.label)
    }
}

impl From<Button> for Node {
    fn from(button: Button) -> Self {
        Self::El(button.view())
    }
}

impl From<Field> for Node {
    fn from(field: Field) -> Self {
        Self::El(field.view())
    }
}
