//! `Template`: the path of an endpoint, whose literals are found when the program is compiled.

/// How many literals are found when the program is compiled. Few templates have more.
const KNOWN: usize = 3;

/// The path of an endpoint: literals, with a placeholder between two of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Template {
    text: &'static str,
    known: [Literal; KNOWN],
}

/// The text up to the next placeholder. All places are those of the whole template.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Literal {
    begin: u32,
    end: u32,
    /// Where its first and its last slash are: both at its end, if there is none.
    slashes: (u32, u32),
    /// Where the next literal begins, which is behind the placeholder.
    pub(crate) next: u32,
}

impl Template {
    pub(crate) const fn new(text: &'static str) -> Self {
        let first = Literal::at(text, 0);
        let second = Literal::at(text, first.next);
        Self { text, known: [first, second, Literal::at(text, second.next)] }
    }

    pub(crate) const fn text(&self) -> &'static str {
        self.text
    }

    /// Returns literal `number`, which begins at `begin`.
    pub(crate) fn literal(&self, number: usize, begin: u32) -> Literal {
        self.known.get(number).copied().unwrap_or_else(|| Literal::at(self.text, begin))
    }
}

impl Literal {
    const fn at(text: &str, begin: u32) -> Self {
        let bytes = text.as_bytes();
        let (mut at, mut slashes) = (begin as usize, None);
        while at < bytes.len() && bytes[at] != b'{' {
            if bytes[at] == b'/' {
                slashes = match slashes {
                    None => Some((at as u32, at as u32)),
                    Some((first, _)) => Some((first, at as u32)),
                };
            }
            at += 1;
        }
        let end = at as u32;
        while at < bytes.len() && bytes[at] != b'}' {
            at += 1;
        }
        let next = if at < bytes.len() { at + 1 } else { at };
        let slashes = match slashes {
            Some(slashes) => slashes,
            None => (end, end),
        };
        Self { begin, end, slashes, next: next as u32 }
    }

    /// Returns its text in `template`, in two parts: up to its first slash, and the rest.
    pub(crate) fn parts(&self, template: &Template) -> (&'static str, &'static str) {
        let part = |begin: u32, end: u32| template.text.get(begin as usize..end as usize);
        let first = self.slashes.0;
        (part(self.begin, first).unwrap_or_default(), part(first, self.end).unwrap_or_default())
    }

    /// Returns how many bytes come after its last slash.
    pub(crate) fn behind_last_slash(&self) -> usize {
        (self.end - self.slashes.1).saturating_sub(1) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literals_of_a_template_are_the_text_between_its_placeholders() {
        for (text, expected) in [
            ("/a/{b}/c", &[("", "/a/", 0), ("", "/c", 1), ("", "", 0)][..]),
            ("/x{a}y{b}z/end", &[("", "/x", 1), ("y", "", 0), ("z", "/end", 3)]),
            (
                "/{a}/{b}/{c}-{d}/e/f",
                &[("", "/", 0), ("", "/", 0), ("", "/", 0), ("-", "", 0), ("", "/e/f", 1)],
            ),
            ("", &[("", "", 0)]),
            ("/{open", &[("", "/", 0), ("", "", 0)]),
        ] {
            let template = Template::new(text);
            let mut begin = 0;
            for (number, expected) in expected.iter().enumerate() {
                let literal = template.literal(number, begin);
                let (front, rest) = literal.parts(&template);
                assert_eq!((front, rest, literal.behind_last_slash()), *expected, "{text}, {number}");
                begin = literal.next;
            }
        }
    }
}
