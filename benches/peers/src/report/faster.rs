//! Where another client does better than this one, as far as it was measured.

use super::text::{Text, ratio};

/// The measured figure of one client.
#[derive(Clone)]
pub struct Row {
    pub label: String,
    pub value: f64,
}

/// One figure of this client, next to that of others.
pub struct Compared {
    pub figure: String,
    pub ours: Row,
    pub others: Vec<Row>,
    pub is_less_better: bool,
    /// A smaller difference is none, as a part of the figure.
    pub noise: f64,
}

impl Compared {
    /// Returns those that do better, the best first.
    fn better(&self) -> Vec<&Row> {
        let gain = |it: &Row| match self.is_less_better {
            true => self.ours.value / it.value,
            false => it.value / self.ours.value,
        };
        let mut better: Vec<&Row> = self.others.iter().filter(|it| gain(it) > 1.0 + self.noise).collect();
        better.sort_by(|one, other| gain(other).total_cmp(&gain(one)));
        better
    }
}

pub fn section(all: &[Compared]) -> Text {
    let mut text = Text::default();
    text.paragraph(
        "The command compares each figure of this client with those of the others, and writes this table. \
         It names each client that does better. The number is its figure as a part of that of this client. \
         A difference that noise can make does not count: 1 % of a count, and 10 % of a time.",
    );
    let mut ahead = 0;
    let mut rows = Vec::new();
    for compared in all {
        let better = compared.better();
        if better.is_empty() {
            ahead += 1;
            continue;
        }
        let named: Vec<String> = better
            .iter()
            .map(|it| format!("{} ({})", it.label, ratio(it.value, compared.ours.value)))
            .collect();
        rows.push(vec![compared.figure.clone(), compared.ours.label.clone(), named.join("; ")]);
    }
    if rows.is_empty() {
        text.paragraph("No other client did better in a figure.");
    } else {
        text.table(&["figure", "this client", "better"], rows);
    }
    text.paragraph(&format!("In {ahead} of {} comparisons no other client did better.", all.len()));
    text
}
