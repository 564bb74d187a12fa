//! The Markdown of the report: paragraphs, tables and plots.

/// The longest line of prose.
const WIDEST: usize = 110;

#[derive(Default)]
pub struct Text(String);

impl Text {
    /// Adds a paragraph, in lines of at most 110 columns.
    pub fn paragraph(&mut self, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDEST {
                self.0.push_str(&format!("{line}\n"));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.0.push_str(&format!("{line}\n\n"));
    }

    pub fn heading(&mut self, level: usize, text: &str) {
        self.0.push_str(&format!("{} {text}\n\n", "#".repeat(level)));
    }

    pub fn table(&mut self, heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        self.0.push_str(&row(&heads.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()));
        self.0.push_str(&format!("{}|\n", "|---".repeat(heads.len())));
        for cells in rows {
            assert_eq!(cells.len(), heads.len());
            self.0.push_str(&row(&cells));
        }
        self.0.push('\n');
    }

    /// Adds the plot of this name.
    pub fn plot(&mut self, name: &str, shows: &str) {
        self.0.push_str(&format!("![{shows}](plots/{name}.svg)\n\n"));
    }

    pub fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// Returns the whole text, which ends with one line break.
    pub fn finish(self) -> String {
        format!("{}\n", self.0.trim_end())
    }
}

/// Returns a number with commas between its thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

pub fn rounded(number: f64) -> String {
    grouped(number.round() as u64)
}

/// Returns a ratio with two digits.
pub fn ratio(of: f64, to: f64) -> String {
    format!("{:.2}", of / to)
}
