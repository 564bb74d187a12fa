//! A layer of `tracing-subscriber` that keeps the spans and events of the client, and prints them as a tree.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// The spans in the order of their beginnings. A clone is another handle.
#[derive(Clone, Default)]
pub(crate) struct Tree(Arc<Mutex<Vec<Node>>>);

struct Node {
    id: u64,
    parent: Option<u64>,
    fields: Fields,
    waits_for: Vec<u64>,
    events: Vec<String>,
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Tree {
    pub(crate) fn clear(&self) {
        self.with(Vec::clear);
    }

    fn with<T>(&self, read: impl FnOnce(&mut Vec<Node>) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, id: &Id, change: impl FnOnce(&mut Node)) {
        self.with(|nodes| {
            if let Some(node) = nodes.iter_mut().find(|node| node.id == id.into_u64()) {
                change(node);
            }
        });
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Tree {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let parent = context.span(id).and_then(|span| span.parent()).map(|parent| parent.id().into_u64());
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let (waits_for, events) = (Vec::new(), Vec::new());
        self.with(|nodes| nodes.push(Node { id: id.into_u64(), parent, fields, waits_for, events }));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        self.change(id, |node| values.record(&mut node.fields));
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, _: Context<'_, S>) {
        self.change(id, |node| node.waits_for.push(follows.into_u64()));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let text = fields.0.remove("message").unwrap_or_default();
        if let Some(span) = context.event_span(event) {
            self.change(&span.id(), |node| node.events.push(text));
        }
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|nodes| below(nodes, None, 0, f))
    }
}

/// Prints the spans below `parent`.
fn below(nodes: &[Node], parent: Option<u64>, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for node in nodes.iter().filter(|node| node.parent == parent) {
        let field = |name| node.fields.0.get(name).map(|value| format!(" {value}")).unwrap_or_default();
        let indent = "  ".repeat(depth);
        let name = field("otel.name");
        let outcome = field("refresh.outcome") + &field("http.response.status_code");
        writeln!(f, "{indent}{}{outcome}", name.trim_start())?;
        for event in &node.events {
            writeln!(f, "{indent}  - {event}")?;
        }
        below(nodes, Some(node.id), depth + 1, f)?;
        for _ in &node.waits_for {
            writeln!(f, "{indent}  waits for refresh")?;
        }
    }
    Ok(())
}
