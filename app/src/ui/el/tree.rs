//! Building a view in the page and building it again: what is the same element stays, what is not is replaced.

use any_spawner::Executor;
use leptos::prelude::document;
use leptos::reactive::effect::RenderEffect;
use leptos::reactive::owner::Owner;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;

use crate::call::{Call, CallMut};
use crate::text::language;

use super::super::heard;
use super::{Attr, Kind, Listener, Node, Parts, Row, Value};

/// Puts a view at the end of an element of the page, for the life of the page.
pub(crate) fn mount(parent: &web_sys::Element, make: impl FnOnce() -> Node) {
    // Fails only when it was set up before.
    drop(Executor::init_wasm_bindgen());
    let owner = Owner::new();
    let mut built = owner.with(|| build(make()));
    built.put(parent, None);
    std::mem::forget((owner, built));
}

/// A piece of a view that is in the page.
enum Built {
    Nothing(web_sys::Comment),
    Text(web_sys::Text, String),
    El(Box<BuiltEl>),
    Many(Vec<Built>, web_sys::Comment),
    Live(Running<Built>),
    Keyed(Running<BuiltRows>),
}

struct BuiltEl {
    tag: &'static str,
    element: web_sys::Element,
    attrs: Vec<BuiltAttr>,
    listeners: Vec<(&'static str, JsValue)>,
    children: Vec<Built>,
}

struct BuiltAttr {
    kind: Kind,
    name: &'static str,
    /// None: it changes by itself.
    value: Option<Value>,
    _effect: Option<RenderEffect<()>>,
}

struct BuiltRows {
    rows: Vec<BuiltRow>,
    end: web_sys::Comment,
    /// The language in which they were made.
    language: &'static str,
}

struct BuiltRow {
    key: u64,
    owner: Owner,
    built: Built,
}

/// An effect with what it made. Dropping an effect ends it only at its next turn, and what it made (effects again) lives
/// on until then, reading what is no more: so that is dropped first.
struct Running<T: 'static>(RenderEffect<T>);

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        drop(self.0.take_value());
    }
}

fn build(node: Node) -> Built {
    match node {
        Node::Nothing => Built::Nothing(mark()),
        Node::Text(text) => Built::Text(document().create_text_node(&text), text),
        Node::El(el) => Built::El(Box::new(build_el(*el.0))),
        Node::Many(nodes) => Built::Many(nodes.into_iter().map(build).collect(), mark()),
        Node::Live(make) => Built::Live(run(make, None)),
        Node::Keyed(rows) => Built::Keyed(run_rows(rows, None)),
    }
}

/// Makes a piece now and whenever what it reads changes; over what was there before.
fn run(mut make: Box<dyn CallMut<(), Node>>, before: Option<Built>) -> Running<Built> {
    let again = move |before: Option<Built>| match before {
        None => build(make.call_mut_with(())),
        Some(mut built) => {
            rebuild(make.call_mut_with(()), &mut built);
            built
        }
    };
    Running(RenderEffect::new_with_value(again, before))
}

fn rebuild(node: Node, built: &mut Built) {
    match (node, built) {
        (Node::Nothing, Built::Nothing(_)) => {}
        (Node::Text(text), Built::Text(there, before)) => {
            if text != *before {
                there.set_data(&text);
                *before = text;
            }
        }
        (Node::El(el), Built::El(there)) if el.0.tag == there.tag => rebuild_el(*el.0, there),
        (Node::Many(nodes), Built::Many(there, end)) => {
            let parent = end.parent_element();
            rebuild_all(nodes, there, parent.as_ref(), Some(end));
        }
        (Node::Live(make), Built::Live(there)) => *there = run(make, there.0.take_value()),
        (Node::Keyed(rows), Built::Keyed(there)) => *there = run_rows(rows, there.0.take_value()),
        (node, built) => {
            let mut new = build(node);
            if let Some(first) = built.first()
                && let Some(parent) = first.parent_element()
            {
                new.put(&parent, Some(&first));
            }
            built.remove();
            *built = new;
        }
    }
}

/// Builds pieces over those that were there: one by one, the rest added or taken away.
fn rebuild_all(
    nodes: Vec<Node>,
    there: &mut Vec<Built>,
    parent: Option<&web_sys::Element>,
    end: Option<&web_sys::Comment>,
) {
    for mut gone in there.split_off(nodes.len().min(there.len())) {
        gone.remove();
    }
    for (index, node) in nodes.into_iter().enumerate() {
        if let Some(built) = there.get_mut(index) {
            rebuild(node, built);
            continue;
        }
        let mut new = build(node);
        if let Some(parent) = parent {
            new.put(parent, end.map(AsRef::as_ref));
        }
        there.push(new);
    }
}

const SVG: &str = "http://www.w3.org/2000/svg";

fn build_el(parts: Parts) -> BuiltEl {
    let element = match parts.tag {
        "svg" | "path" | "rect" => document().create_element_ns(Some(SVG), parts.tag),
        tag => document().create_element(tag),
    }
    .expect("a tag of ours is a name");
    let mut children: Vec<_> = parts.children.into_iter().map(build).collect();
    for child in &mut children {
        child.put(&element, None);
    }
    // After the children: a list's choice needs its options.
    let attrs = parts
        .attrs
        .into_iter()
        .map(|attr| set(attr, &element, true));
    let attrs = attrs.collect();
    let listeners = listen(parts.listeners, &element);
    if let Some(spot) = parts.spot {
        // A spot is for one element; the first one keeps it.
        drop(spot.0.set(element.clone()));
    }
    BuiltEl {
        tag: parts.tag,
        element,
        attrs,
        listeners,
        children,
    }
}

fn rebuild_el(parts: Parts, there: &mut BuiltEl) {
    let element = &there.element;
    rebuild_all(parts.children, &mut there.children, Some(element), None);
    for gone in &there.attrs {
        let same = |attr: &Attr| attr.kind == gone.kind && attr.name == gone.name;
        if !parts.attrs.iter().any(same) {
            apply(element, gone.kind, gone.name, None);
        }
    }
    let before = std::mem::take(&mut there.attrs);
    there.attrs = parts
        .attrs
        .into_iter()
        .map(|attr| {
            let same = before
                .iter()
                .find(|before| before.kind == attr.kind && before.name == attr.name);
            let value = same.and_then(|same| same.value.as_ref());
            if value
                .is_some_and(|value| value.text().is_some() && value.text() == attr.value.text())
            {
                BuiltAttr {
                    kind: attr.kind,
                    name: attr.name,
                    value: Some(attr.value),
                    _effect: None,
                }
            } else {
                set(attr, element, false)
            }
        })
        .collect();
    for (event, listener) in there.listeners.drain(..) {
        // Removing what was added cannot fail.
        drop(element.remove_event_listener_with_callback(event, listener.unchecked_ref()));
    }
    there.listeners = listen(parts.listeners, element);
    if let Some(spot) = parts.spot {
        drop(spot.0.set(element.clone()));
    }
}

/// Adds listeners; what they call finds the contexts of the view around them.
fn listen(listeners: Vec<Listener>, element: &web_sys::Element) -> Vec<(&'static str, JsValue)> {
    let added = listeners.into_iter().map(|listener| {
        let Listener { event, listen } = listener;
        let listener = heard::listener(listen);
        element
            .add_event_listener_with_callback(event, listener.unchecked_ref())
            .expect("an event has a name");
        (event, listener)
    });
    added.collect()
}

fn set(attr: Attr, element: &web_sys::Element, new: bool) -> BuiltAttr {
    let Attr { kind, name, value } = attr;
    let (value, effect) = match value {
        Value::Live(value) => {
            let element = element.clone();
            let set = move |_| set_now(&element, kind, name, &value.call_with(()));
            (None, Some(RenderEffect::new(set)))
        }
        value => {
            // What is absent from a new element needs no removing.
            if !(new && value.text().is_none()) {
                apply(element, kind, name, value.text());
            }
            (Some(value), None)
        }
    };
    BuiltAttr {
        kind,
        name,
        value,
        _effect: effect,
    }
}

fn set_now(element: &web_sys::Element, kind: Kind, name: &str, value: &Value) {
    match value {
        Value::Live(inner) => set_now(element, kind, name, &inner.call_with(())),
        value => apply(element, kind, name, value.text()),
    }
}

impl Value {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Absent | Self::Live(_) => None,
            Self::Fixed(text) => Some(text),
            Self::Text(text) => Some(text),
        }
    }
}

fn apply(element: &web_sys::Element, kind: Kind, name: &str, value: Option<&str>) {
    // Names are ours and well-formed: setting and removing cannot fail.
    match (kind, value) {
        (Kind::Attr, Some(value)) => drop(element.set_attribute(name, value)),
        (Kind::Attr, None) => drop(element.remove_attribute(name)),
        (Kind::Class, Some(_)) => drop(element.class_list().add_1(name)),
        (Kind::Class, None) => drop(element.class_list().remove_1(name)),
        (Kind::Style, value) => {
            let style = element.unchecked_ref::<web_sys::HtmlElement>().style();
            drop(style.set_property(name, value.unwrap_or_default()));
        }
        (Kind::Content, value) => {
            let field = element.unchecked_ref::<web_sys::HtmlInputElement>();
            let value = value.unwrap_or_default();
            // Setting what is there would move the cursor.
            if field.value() != value {
                field.set_value(value);
            }
        }
        (Kind::Ticked, value) => element
            .unchecked_ref::<web_sys::HtmlInputElement>()
            .set_checked(value.is_some()),
    }
}

/// Rows by key: those that are still there are moved, not made again.
fn run_rows(rows: Box<dyn Call<(), Vec<Row>>>, before: Option<BuiltRows>) -> Running<BuiltRows> {
    // Rows outlive a run of the effect, so they belong to what is around it.
    let around = Owner::current().unwrap_or_default();
    // Rows of an effect before this one read what belonged to it, and is no more.
    let mut taken_over = before.is_some();
    let again = move |before: Option<BuiltRows>| {
        let language = language().tag;
        let mut built = before.unwrap_or_else(|| BuiltRows {
            rows: Vec::new(),
            end: mark(),
            language,
        });
        let anew = std::mem::take(&mut taken_over) || built.language != language;
        built.language = language;
        let old = std::mem::take(&mut built.rows);
        built.rows = update_rows(old, rows.call_with(()), &around, &built.end, anew);
        built
    };
    Running(RenderEffect::new_with_value(again, before))
}

/// `anew`: rows that are still there are made over, too.
fn update_rows(
    mut old: Vec<BuiltRow>,
    rows: Vec<Row>,
    around: &Owner,
    end: &web_sys::Comment,
    anew: bool,
) -> Vec<BuiltRow> {
    // From the end, where the next one is found at once while rows keep their order: a map would be several KB.
    old.reverse();
    let mut new: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let there = old.iter().rposition(|old| old.key == row.key);
            match there.map(|place| old.remove(place)) {
                Some(there) if !anew => there,
                before => make_row(&row, before, around),
            }
        })
        .collect();
    for mut gone in old {
        gone.built.remove();
        gone.owner.cleanup();
    }
    // From the end: each row belongs before the one after it.
    if let Some(parent) = end.parent_element() {
        let mut after: web_sys::Node = end.clone().into();
        for row in new.iter_mut().rev() {
            let Some(first) = row.built.first() else {
                continue;
            };
            if first.next_sibling().as_ref() != Some(&after) || first.parent_node().is_none() {
                row.built.put(&parent, Some(&after));
            }
            after = first;
        }
    }
    new
}

/// Makes a row, over the one that was there before.
fn make_row(row: &Row, before: Option<BuiltRow>, around: &Owner) -> BuiltRow {
    let owner = around.child();
    let built = owner.with(|| {
        let node = Node::El(row.make.call_with(()));
        match before {
            None => build(node),
            Some(BuiltRow {
                mut built, owner, ..
            }) => {
                rebuild(node, &mut built);
                owner.cleanup();
                built
            }
        }
    });
    let key = row.key;
    BuiltRow { key, owner, built }
}

impl Built {
    /// Puts it into an element: before a node, else at the end.
    fn put(&mut self, parent: &web_sys::Element, before: Option<&web_sys::Node>) {
        let insert = |node: &web_sys::Node| {
            // The place was looked up in this very parent.
            drop(parent.insert_before(node, before));
        };
        match self {
            Self::Nothing(mark) => insert(mark),
            Self::Text(text, _) => insert(text),
            Self::El(el) => insert(&el.element),
            Self::Many(pieces, end) => {
                for piece in pieces {
                    piece.put(parent, before);
                }
                insert(end);
            }
            Self::Live(effect) => {
                effect.0.with_value_mut(|built| built.put(parent, before));
            }
            Self::Keyed(effect) => {
                effect.0.with_value_mut(|rows| {
                    for row in &mut rows.rows {
                        row.built.put(parent, before);
                    }
                    insert(&rows.end);
                });
            }
        }
    }

    /// Its first node.
    fn first(&self) -> Option<web_sys::Node> {
        match self {
            Self::Nothing(mark) => Some(mark.clone().into()),
            Self::Text(text, _) => Some(text.clone().into()),
            Self::El(el) => Some(el.element.clone().into()),
            Self::Many(pieces, end) => pieces
                .iter()
                .find_map(Self::first)
                .or_else(|| Some(end.clone().into())),
            Self::Live(effect) => effect.0.with_value_mut(|built| built.first()).flatten(),
            Self::Keyed(effect) => effect.0.with_value_mut(|rows| {
                let first = rows.rows.first().and_then(|row| row.built.first());
                first.unwrap_or_else(|| rows.end.clone().into())
            }),
        }
    }

    /// Takes it out of the page.
    fn remove(&mut self) {
        match self {
            Self::Nothing(mark) => mark.remove(),
            Self::Text(text, _) => text.remove(),
            Self::El(el) => el.element.remove(),
            Self::Many(pieces, end) => {
                pieces.iter_mut().for_each(Self::remove);
                end.remove();
            }
            Self::Live(effect) => {
                effect.0.with_value_mut(Self::remove);
            }
            Self::Keyed(effect) => {
                effect.0.with_value_mut(|rows| {
                    for row in &mut rows.rows {
                        row.built.remove();
                        row.owner.cleanup();
                    }
                    rows.end.remove();
                });
            }
        }
    }
}

fn mark() -> web_sys::Comment {
    document().create_comment("")
}
