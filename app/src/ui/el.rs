//! Views: elements as plain values of one type, on Leptos' reactive graph.
//!
//! Leptos' own `view!` gives every element, attribute and closure a type of its own and compiles building and
//! rebuilding for each; measured, the Users screen alone was 70 KB of the client's 200 (brotli), all types erased. Here a
//! view is a tree of [`El`], built and rebuilt by one piece of code (`el/tree.rs`).
//!
//! `el("td").class("num").child(text)`; what changes is a closure: [`live`] for a part, `attr("href", move || …)` for an
//! attribute. A part that is made again keeps the elements that are still the same ones, so focus and scroll stay.

mod tree;

use std::cell::OnceCell;
use std::rc::Rc;

use leptos::prelude::{Effect, event_target_value};
use wasm_bindgen::JsCast;

use crate::call::{Call, CallMut};
use crate::reactive::{RwSignal, Signal};
use crate::text::{self, K};

pub(crate) use tree::mount;

/// An element that is to be.
pub(crate) struct El(Box<Parts>);

struct Parts {
    tag: &'static str,
    attrs: Vec<Attr>,
    listeners: Vec<Listener>,
    children: Vec<Node>,
    spot: Option<Spot>,
}

/// A piece of a view.
pub(crate) enum Node {
    /// Nothing, with its place kept.
    Nothing,
    /// Text.
    Text(String),
    /// An element.
    El(El),
    /// Several pieces.
    Many(Vec<Node>),
    /// A piece that is made again when what it reads changes.
    Live(Box<dyn CallMut<(), Node>>),
    /// Rows that stay as they are while their key stays.
    Keyed(Box<dyn Call<(), Vec<Row>>>),
}

/// A row of [`Node::Keyed`]: made when it appears; one with the same key stays as it is.
#[derive(Clone)]
pub(crate) struct Row {
    /// What it shows, as a number: who and what.
    pub(crate) key: u64,
    /// Makes it.
    pub(crate) make: Rc<dyn Call<(), El>>,
}

struct Attr {
    kind: Kind,
    name: &'static str,
    value: Value,
}

/// What is set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Attr,
    /// One class among others, there or not.
    Class,
    Style,
    /// What a field holds.
    Content,
    /// Whether a box is ticked.
    Ticked,
}

/// The value of an attribute.
pub(crate) enum Value {
    /// The attribute is absent.
    Absent,
    /// A text that is always the same.
    Fixed(&'static str),
    /// A text.
    Text(String),
    /// A value that changes.
    Live(Box<dyn Call<(), Value>>),
}

struct Listener {
    event: &'static str,
    listen: Box<dyn CallMut<web_sys::Event>>,
}

/// Where an element is once it was made: to focus or measure it.
#[derive(Clone, Default)]
pub(crate) struct Spot(Rc<OnceCell<web_sys::Element>>);

impl Spot {
    /// The element, as soon as it was made.
    pub(crate) fn get<T: JsCast>(&self) -> Option<T> {
        self.0.get()?.clone().dyn_into().ok()
    }

    /// Puts the focus there.
    pub(crate) fn focus(&self) {
        if let Some(element) = self.get::<web_sys::HtmlElement>() {
            // An element that cannot take the focus leaves it where it was.
            drop(element.focus());
        }
    }
}

/// An element.
pub(crate) fn el(tag: &'static str) -> El {
    El(Box::new(Parts {
        tag,
        attrs: Vec::new(),
        listeners: Vec::new(),
        children: Vec::new(),
        spot: None,
    }))
}

impl El {
    /// Its class (or several, as written in HTML).
    pub(crate) fn class(self, class: impl Into<Value>) -> Self {
        self.push(Kind::Attr, "class", class.into())
    }

    /// One class more while `on`.
    pub(crate) fn class_if(self, class: &'static str, on: impl Into<Value>) -> Self {
        self.push(Kind::Class, class, on.into())
    }

    /// An attribute: a text, [`K`], `bool`, `Option` of a text, or a closure of one of those.
    pub(crate) fn attr(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.push(Kind::Attr, name, value.into())
    }

    /// A style property (set by script, which the content security policy allows).
    pub(crate) fn style(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.push(Kind::Style, name, value.into())
    }

    /// What a field holds.
    pub(crate) fn content(self, value: impl Into<Value>) -> Self {
        self.push(Kind::Content, "value", value.into())
    }

    /// Whether a box is ticked.
    pub(crate) fn ticked(self, on: impl Into<Value>) -> Self {
        self.push(Kind::Ticked, "checked", on.into())
    }

    /// A piece inside: text, [`K`], an element, an `Option` or `Vec` of them, a text signal, [`live`].
    pub(crate) fn child(self, child: impl Into<Node>) -> Self {
        self.push_child(child.into())
    }

    /// Pieces inside.
    pub(crate) fn children(mut self, children: impl IntoIterator<Item = El>) -> Self {
        self.0.children.extend(children.into_iter().map(Node::El));
        self
    }

    /// A listener.
    pub(crate) fn on(
        mut self,
        event: &'static str,
        listen: impl FnMut(web_sys::Event) + 'static,
    ) -> Self {
        let listen = Box::new(listen);
        self.0.listeners.push(Listener { event, listen });
        self
    }

    /// What happens when it is clicked.
    pub(crate) fn on_click(self, mut act: impl FnMut() + 'static) -> Self {
        self.on("click", move |_| act())
    }

    /// What happens when a key is pressed in it.
    pub(crate) fn on_key(self, act: impl Fn(&web_sys::KeyboardEvent) + 'static) -> Self {
        self.on("keydown", move |event| {
            if let Some(event) = event.dyn_ref() {
                act(event);
            }
        })
    }

    /// What happens with what a field holds, on `input` or `change`.
    pub(crate) fn on_value(self, event: &'static str, act: impl Fn(String) + 'static) -> Self {
        self.on(event, move |event| act(event_target_value(&event)))
    }

    /// Where it will be found.
    pub(crate) fn at(mut self, spot: &Spot) -> Self {
        self.0.spot = Some(spot.clone());
        self
    }

    // Apart from the generic ones so that each is compiled once.
    fn push(mut self, kind: Kind, name: &'static str, value: Value) -> Self {
        self.0.attrs.push(Attr { kind, name, value });
        self
    }

    fn push_child(mut self, child: Node) -> Self {
        self.0.children.push(child);
        self
    }
}

/// A piece that is made again when what it reads changes.
pub(crate) fn live<N: Into<Node>>(mut make: impl FnMut() -> N + 'static) -> Node {
    Node::Live(Box::new(move |()| make().into()))
}

/// Rows that stay as they are while their key stays.
pub(crate) fn keyed(rows: impl Fn() -> Vec<Row> + 'static) -> Node {
    Node::Keyed(Box::new(move |()| rows()))
}

/// Pieces side by side, without an element around them.
#[macro_export]
macro_rules! nodes {
    ($($node:expr),* $(,)?) => {
        $crate::ui::el::Node::Many(vec![$($crate::ui::el::Node::from($node)),*])
    };
}

/// An effect, of one type.
pub(crate) fn effect(run: impl Fn() + 'static) {
    let run: Box<dyn Call<()>> = Box::new(move |()| run());
    Effect::new(move |_| run.call_with(()));
}

impl From<El> for Node {
    fn from(el: El) -> Self {
        Self::El(el)
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<K> for Node {
    fn from(key: K) -> Self {
        live(move || Self::from(text::now(key)))
    }
}

impl From<Signal<String>> for Node {
    fn from(text: Signal<String>) -> Self {
        live(move || Self::Text(text.get()))
    }
}

impl From<RwSignal<String>> for Node {
    fn from(text: RwSignal<String>) -> Self {
        live(move || Self::Text(text.get()))
    }
}

impl<N: Into<Node>> From<Option<N>> for Node {
    fn from(node: Option<N>) -> Self {
        node.map_or(Self::Nothing, Into::into)
    }
}

impl<N: Into<Node>> From<Vec<N>> for Node {
    fn from(nodes: Vec<N>) -> Self {
        Self::Many(nodes.into_iter().map(Into::into).collect())
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Fixed(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(there: bool) -> Self {
        if there { Self::Fixed("") } else { Self::Absent }
    }
}

impl From<K> for Value {
    fn from(key: K) -> Self {
        Self::Live(Box::new(move |()| Self::Fixed(text::now(key))))
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

impl<V: Into<Value>, F: Fn() -> V + 'static> From<F> for Value {
    fn from(value: F) -> Self {
        Self::Live(Box::new(move |()| value().into()))
    }
}

impl From<Signal<bool>> for Value {
    fn from(on: Signal<bool>) -> Self {
        Self::Live(Box::new(move |()| Self::from(on.get())))
    }
}

impl From<Signal<String>> for Value {
    fn from(text: Signal<String>) -> Self {
        Self::Live(Box::new(move |()| Self::Text(text.get())))
    }
}
