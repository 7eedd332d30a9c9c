//! Elements of one type, for views that are built from data: tables, facts, sentences.
//!
//! `view!` makes a type of every element, and each type is compiled on its own; a screen of tables costs tens of KB of
//! the client that way. Here an element is a tag, a class, attributes, listeners and children, compiled once. Inside a
//! [`live`](super::live::live) part an element that comes again keeps its node (and with it the focus): only what
//! differs is changed.

use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::{Element as Dom, Node};
use leptos::tachys::renderer::{RemoveEventHandler, Rndr};
use leptos::tachys::view::any_view::AnyView;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use wasm_bindgen::JsCast;

/// What an element does when something happens to it.
pub(crate) type Listener = Box<dyn FnMut(web_sys::Event) + Send>;

/// An element.
pub(crate) struct Element {
    tag: &'static str,
    attributes: Vec<(&'static str, String)>,
    listeners: Vec<(&'static str, Listener)>,
    children: Vec<AnyView>,
}

/// An element of this tag and class (which may be empty).
pub(crate) fn el(tag: &'static str, class: &str) -> Element {
    let element = Element {
        tag,
        attributes: Vec::new(),
        listeners: Vec::new(),
        children: Vec::new(),
    };
    if class.is_empty() {
        element
    } else {
        element.with("class", class)
    }
}

impl Element {
    /// With this attribute.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, value.to_owned()));
        self
    }

    /// With this attribute, empty, when `on`.
    pub(crate) fn with_if(self, on: bool, name: &'static str, value: &str) -> Self {
        if on { self.with(name, value) } else { self }
    }

    /// Does this when that happens.
    pub(crate) fn on(
        mut self,
        event: &'static str,
        listen: impl FnMut(web_sys::Event) + Send + 'static,
    ) -> Self {
        self.listeners.push((event, Box::new(listen)));
        self
    }

    /// And this text in it.
    pub(crate) fn text(self, text: &str) -> Self {
        self.add(text.to_owned())
    }

    /// And this in it.
    pub(crate) fn add(mut self, child: impl IntoAny) -> Self {
        self.children.push(child.into_any());
        self
    }

    /// And this in it, where there is one.
    pub(crate) fn maybe(self, child: Option<Element>) -> Self {
        match child {
            Some(child) => self.add(child),
            None => self,
        }
    }

    /// And all of these in it.
    pub(crate) fn all(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        let children = children.into_iter().map(IntoAny::into_any);
        self.children.extend(children);
        self
    }
}

/// An element that is on the page.
pub(crate) struct State {
    tag: &'static str,
    node: Dom,
    attributes: Vec<(&'static str, String)>,
    listeners: Vec<RemoveEventHandler<Dom>>,
    children: <Vec<AnyView> as Render>::State,
}

fn listening(node: &Dom, listeners: Vec<(&'static str, Listener)>) -> Vec<RemoveEventHandler<Dom>> {
    let mut handlers = Vec::with_capacity(listeners.len());
    for (event, mut listen) in listeners {
        let listen = Box::new(move |event: wasm_bindgen::JsValue| listen(event.unchecked_into()));
        handlers.push(Rndr::add_event_listener(node, event, listen));
    }
    handlers
}

impl Render for Element {
    type State = State;

    fn build(self) -> State {
        let node = Rndr::create_element(self.tag, None);
        for (name, value) in &self.attributes {
            Rndr::set_attribute(&node, name, value);
        }
        let listeners = listening(&node, self.listeners);
        let mut children = self.children.build();
        children.mount(&node, None);
        State {
            tag: self.tag,
            node,
            attributes: self.attributes,
            listeners,
            children,
        }
    }

    fn rebuild(self, state: &mut State) {
        if self.tag != state.tag {
            let mut new = self.build();
            state.insert_before_this(&mut new);
            state.unmount();
            *state = new;
            return;
        }
        for (name, _) in &state.attributes {
            if !self.attributes.iter().any(|(new, _)| new == name) {
                Rndr::remove_attribute(&state.node, name);
            }
        }
        for attribute in &self.attributes {
            if !state.attributes.contains(attribute) {
                Rndr::set_attribute(&state.node, attribute.0, &attribute.1);
            }
        }
        state.attributes = self.attributes;
        // Listeners hold what they act on, so they are always new.
        state.listeners = listening(&state.node, self.listeners);
        self.children.rebuild(&mut state.children);
    }
}

impl Mountable for State {
    fn unmount(&mut self) {
        self.node.unmount();
    }

    fn mount(&mut self, parent: &Dom, marker: Option<&Node>) {
        Rndr::insert_node(parent, &self.node, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.node.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Dom> {
        vec![self.node.clone()]
    }
}

impl AddAnyAttr for Element {
    type Output<New: Attribute> = Self;

    fn add_any_attr<New: Attribute>(self, _: New) -> Self {
        self
    }
}

/// Leptos asks for these of every view; a client that renders in the browser alone uses none of them.
impl RenderHtml for Element {
    type AsyncOutput = Self;
    type Owned = Self;
    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        _: &mut String,
        _: &mut Position,
        _: bool,
        _: bool,
        _: Vec<AnyAttribute>,
    ) {
    }

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> State {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}
