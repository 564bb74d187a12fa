//! A subscriber that keeps each span and each event as text.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// A span as it was recorded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Span {
    pub id: u64,
    pub name: &'static str,
    pub parent: Option<u64>,
    pub follows: Vec<u64>,
    pub fields: BTreeMap<&'static str, String>,
    pub is_closed: bool,
}

impl Span {
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// An event as it was recorded: its level, its message, and its other fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub level: String,
    pub message: String,
    pub fields: BTreeMap<&'static str, String>,
}

#[derive(Debug, Default)]
struct Records {
    spans: Vec<Span>,
    events: Vec<Told>,
}

/// A subscriber that gets nothing. While there is only one, `tracing` asks the thread that first reaches a
/// place whether it reports anything, and the thread of another test answers no for all.
static SECOND: LazyLock<tracing::Dispatch> =
    LazyLock::new(|| tracing::Dispatch::new(tracing_subscriber::registry()));

/// What was recorded of the crate. A clone is another handle.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Mutex<Records>>);

impl Recorder {
    /// Records what this thread reports until the guard is dropped.
    pub fn start() -> (Self, DefaultGuard) {
        LazyLock::force(&SECOND);
        let recorder = Self::default();
        let subscriber = tracing_subscriber::registry().with(recorder.clone());
        (recorder, tracing::subscriber::set_default(subscriber))
    }

    pub fn spans(&self, name: &str) -> Vec<Span> {
        self.0.lock().unwrap().spans.iter().filter(|span| span.name == name).cloned().collect()
    }

    pub fn events(&self) -> Vec<Told> {
        self.0.lock().unwrap().events.clone()
    }

    /// All that was recorded, as text.
    pub fn text(&self) -> String {
        format!("{:?}", self.0.lock().unwrap())
    }

    fn change(&self, id: &Id, change: impl FnOnce(&mut Span)) {
        let mut records = self.0.lock().unwrap();
        if let Some(span) = records.spans.iter_mut().rev().find(|span| span.id == id.into_u64()) {
            change(span);
        }
    }
}

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        if !metadata.target().starts_with("sdk_runtime") {
            return;
        }
        let parent = context.span(id).and_then(|span| span.parent()).map(|parent| parent.id().into_u64());
        let mut span = Span { id: id.into_u64(), name: metadata.name(), parent, ..Span::default() };
        attributes.record(&mut Fields(&mut span.fields));
        self.0.lock().unwrap().spans.push(span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        self.change(id, |span| values.record(&mut Fields(&mut span.fields)));
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, _: Context<'_, S>) {
        self.change(id, |span| span.follows.push(follows.into_u64()));
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.change(&id, |span| span.is_closed = true);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if !event.metadata().target().starts_with("sdk_runtime") {
            return;
        }
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        let message = fields.remove("message").unwrap_or_default();
        let level = event.metadata().level().to_string();
        self.0.lock().unwrap().events.push(Told { level, message, fields });
    }
}
