//! A program as text, and where its parts are: the attributes, methods and parameters around a place. It
//! reads programs that do not compile, so no parser helps. Must not know what a help says.

use std::ops::Range;

/// A program, and the place in it that the compiler underlines.
pub(crate) struct Program {
    pub(crate) text: String,
    pub(crate) at: Range<usize>,
}

/// Brackets, and what is between them.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) open: usize,
    pub(crate) close: usize,
    kind: u8,
}

impl Program {
    pub(crate) fn put(&mut self, at: Range<usize>, code: &str) {
        self.at = at.start..at.start + code.len();
        self.text.replace_range(at, code);
    }

    pub(crate) fn with_comma(&self, part: Range<usize>) -> Range<usize> {
        let behind =
            self.text[part.end..].find(|c: char| !c.is_whitespace()).map_or(part.end, |at| part.end + at);
        if self.text[behind..].starts_with(',') {
            return part.start..behind + 1;
        }
        let before = self.text[..part.start].trim_end();
        if before.ends_with(',') { before.len() - 1..part.end } else { part }
    }

    pub(crate) fn groups(&self) -> Vec<Group> {
        groups(&self.text)
    }

    /// The groups around what is underlined, the innermost first.
    pub(crate) fn around(&self) -> Vec<Group> {
        let mut around: Vec<Group> = self.groups();
        around.retain(|group| group.open < self.at.start && self.at.end <= group.close);
        around.sort_by_key(|group| group.close - group.open);
        around
    }

    /// The whole attribute that is underlined, or around what is underlined.
    pub(crate) fn attribute(&self) -> Option<Range<usize>> {
        let is_attribute = |group: &&Group| group.kind == b'[' && self.text[..group.open].ends_with('#');
        let all = self.groups();
        let own = all
            .iter()
            .filter(is_attribute)
            .find(|group| group.open - 1 <= self.at.start && self.at.end <= group.close + 1);
        own.map(|group| group.open - 1..group.close + 1)
    }

    /// The attribute of this name at the same method or parameter, or at the trait.
    pub(crate) fn attribute_named(&self, name: &str) -> Option<Range<usize>> {
        let range = if name == "api_client" { 0..self.text.len() } else { self.item().ok()? };
        let own = self.attribute();
        let is_named =
            |at: &Range<usize>| attribute_alone(&self.text[at.clone()]).is_some_and(|it| it == name);
        if let Some(own) = own.filter(is_named) {
            return Some(own);
        }
        let all = self.groups().into_iter().filter(|group| {
            group.kind == b'[' && self.text[..group.open].ends_with('#') && range.contains(&group.open)
        });
        let mut all = all.map(|group| group.open - 1..group.close + 1).filter(is_named);
        all.next()
    }

    /// The item of the trait that is underlined, with its attributes: behind the `;` or `}` before it.
    pub(crate) fn item(&self) -> Result<Range<usize>, String> {
        let all = self.groups();
        let mut bodies = all.iter().filter(|group| group.kind == b'{');
        let place = self.at.start;
        let body = bodies
            .by_ref()
            .filter(|group| group.open < place && place <= group.close)
            .min_by_key(|group| group.open);
        let (from, to) = body.map_or((0, self.text.len()), |body| (body.open + 1, body.close));
        let inside = |at: usize| {
            all.iter()
                .any(|group| group.open > from - usize::from(from > 0) && group.open < at && at < group.close)
        };
        let mut start = from;
        for (at, c) in self.text[from..to].char_indices().map(|(at, c)| (from + at, c)) {
            if at >= place && (c == ';' || c == '}') && !inside(at) {
                return Ok(self.skip(start)..at + 1);
            }
            if (c == ';' || c == '}') && !inside(at) {
                start = at + 1;
            }
        }
        Ok(self.skip(start)..to)
    }

    /// Skips blanks and comments.
    pub(crate) fn skip(&self, mut at: usize) -> usize {
        loop {
            at += self.text[at..].len() - self.text[at..].trim_start().len();
            if !self.text[at..].starts_with("//") {
                return at;
            }
            at += self.text[at..].find('\n').unwrap_or(0);
        }
    }

    /// The part between commas around what is underlined, in an attribute or in the parameters.
    pub(crate) fn part(&self) -> Option<Range<usize>> {
        let group = self.around().into_iter().find(|group| group.kind == b'(')?;
        Some(self.part_in(&group))
    }

    pub(crate) fn part_in(&self, group: &Group) -> Range<usize> {
        let parts = parts(&self.text, group.open + 1..group.close);
        let own = parts.into_iter().find(|part| part.start <= self.at.start && self.at.start <= part.end);
        own.unwrap_or_else(|| self.at.clone())
    }

    /// The option that `code` replaces, if what is underlined is in an attribute.
    pub(crate) fn option(&self, code: &str) -> Option<Range<usize>> {
        let attribute = self.attribute()?;
        let key = code.split([' ', '(', '=']).next().unwrap_or(code);
        let is_value = !code.starts_with(|c: char| c.is_alphabetic()) && !code.contains(" = ");
        if is_value {
            return None;
        }
        let around = self.around();
        let inside: Vec<&Group> =
            around.iter().filter(|group| group.kind == b'(' && group.open > attribute.start).collect();
        let parts: Vec<Range<usize>> = inside.iter().map(|group| self.part_in(group)).collect();
        let same_key = parts.iter().find(|part| self.text[(*part).clone()].starts_with(key));
        same_key.or_else(|| parts.first()).cloned()
    }

    /// The parameters of the method that is underlined.
    pub(crate) fn parameters(&self) -> Result<Group, String> {
        let item = self.item()?;
        let all = self.groups();
        let function = find_word(&self.text, "fn", item.clone()).ok_or("there is no method")?;
        let mut behind = all.into_iter().filter(|group| group.kind == b'(' && group.open > function);
        behind.next().filter(|group| group.open < item.end).ok_or_else(|| "there are no parameters".into())
    }

    /// The parameters of the method that is underlined, or the fields or variants of the type.
    pub(crate) fn list(&self) -> Result<Group, String> {
        if let Ok(parameters) = self.parameters() {
            return Ok(parameters);
        }
        let mut bodies = self.groups().into_iter().filter(|group| group.kind == b'{');
        bodies.find(|group| self.at.start <= group.close).ok_or_else(|| "there is no method or type".into())
    }

    pub(crate) fn path_of_the_verb(&self) -> Result<Range<usize>, String> {
        let item = self.item()?;
        let start = self.text[item.clone()].find("(\"").ok_or("there is no path")? + item.start + 1;
        let end = self.text[start + 1..].find('"').ok_or("the path does not end")? + start + 2;
        Ok(start..end)
    }
}

/// The name of an attribute, if the code is one attribute and no more.
pub(crate) fn attribute_alone(code: &str) -> Option<String> {
    let end = attributes(code);
    let name: String =
        code.strip_prefix("#[")?.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (end == code.len() && code.matches("#[").count() == 1).then_some(name)
}

/// The length of the attributes and the blanks in front.
pub(crate) fn attributes(code: &str) -> usize {
    let mut at = 0;
    while code[at..].starts_with("#[") {
        let Some(group) = groups(&code[at..]).into_iter().find(|group| group.open == 1) else { return at };
        at += group.close + 1;
        at += code[at..].len() - code[at..].trim_start().len();
    }
    at
}

pub(crate) fn is_parameter(code: &str) -> bool {
    let rest = &code[attributes(code)..];
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || "_#".contains(*c)).collect();
    let behind = rest[name.len()..].trim_start();
    !name.is_empty()
        && (behind.starts_with(": ")
            || ((behind.is_empty() || behind.starts_with('(')) && code.starts_with("#[")))
        && rest.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

pub(crate) fn parameter_name(code: &str) -> String {
    let rest = &code[attributes(code)..];
    rest.trim_start_matches("mut ").chars().take_while(|c| c.is_alphanumeric() || "_#".contains(*c)).collect()
}

pub(crate) fn find_word(text: &str, word: &str, range: Range<usize>) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '"';
    text[range.clone()]
        .match_indices(word)
        .map(|(at, _)| range.start + at)
        .find(|&at| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

/// The parts between the commas, without blanks at their edges. Angle brackets of types count as brackets.
pub(crate) fn parts(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let all = groups(text);
    let inside =
        |at: usize| all.iter().any(|group| group.open >= range.start && group.open < at && at < group.close);
    let (mut parts, mut start, mut angles) = (Vec::new(), range.start, 0_i32);
    let mut before = ' ';
    for (at, c) in text[range.clone()].char_indices().map(|(at, c)| (range.start + at, c)) {
        match c {
            '<' if !inside(at) => angles += 1,
            '>' if !inside(at) && before != '-' && before != '=' => angles -= 1,
            ',' if !inside(at) && angles <= 0 && !is_in_string(text, at) => {
                parts.push(trimmed(text, start..at));
                start = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    parts.push(trimmed(text, start..range.end));
    parts.retain(|part| !part.is_empty());
    parts
}

pub(crate) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

pub(crate) fn is_in_string(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[line..at].replace("\\\"", "").matches('"').count() % 2 == 1
}

/// All pairs of brackets, except those in strings and comments.
pub(crate) fn groups(text: &str) -> Vec<Group> {
    let bytes = text.as_bytes();
    let (mut open, mut all, mut at) = (Vec::new(), Vec::new(), 0);
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += text[at..].find('\n').unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'\'' if bytes.get(at + 2) == Some(&b'\'') => at += 2,
            kind @ (b'(' | b'[' | b'{') => open.push((at, kind)),
            b')' | b']' | b'}' => {
                if let Some((begin, kind)) = open.pop() {
                    all.push(Group { open: begin, close: at, kind });
                }
            }
            _ => {}
        }
        at += 1;
    }
    all.sort_by_key(|group| group.open);
    all
}
