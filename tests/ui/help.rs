//! Types the help of a mistake into the program, as a user would: the first code in the help replaces what
//! the compiler underlines. Must not know the fixtures.
//!
//! A help begins with `remove it`, `add`, or one of the words below. The shape of the code decides what it
//! replaces:
//!
//! | Code | Replaces |
//! |---|---|
//! | `#[get("/users")]` | the attribute of that name at the same method, or else the underlined one |
//! | `#[query] page: u32`, `page: u32` | the parameter or field of that name, the underlined one, or is new |
//! | `#[status(409)] Duplicate` | the variant of that name, or the underlined one |
//! | `struct …`, `enum …` | the item |
//! | `"/users/{id}"` | the underlined string, or else the path of the verb |
//! | `timeout = 30s` | the underlined option, or the one with that key around it |
//! | `async fn users`, `-> Result<T>` | that part of the signature |
//! | `fn …`, `impl …`, `struct …` behind `and` | nothing: it is a new item |
//! | `#[derive(…)]` | nothing: it is added to the type that is underlined |
//! | another | what is underlined |

use std::ops::Range;

use crate::program::{Program, attribute_alone, attributes, find_word, is_parameter, parameter_name, parts};

/// Words in front of a code that replaces something.
const REPLACING: [&str; 13] = [
    "write",
    "did you mean",
    "declare two endpoints:",
    "keep one",
    "say",
    "mark the",
    "name the cookie:",
    "a status of",
    "the type of the field has it:",
    "borrow it:",
    "take any type:",
    "leave it out, or declare it:",
    "remove the one that the server does not read, or mark both:",
];

/// The attributes with the path of a method.
const VERBS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "endpoint"];

/// Words in front of a new field or variant.
const NEW: [&str; 3] = ["add the field:", "add a variant", "write a field for them:"];

/// A mistake as the compiler shows it.
pub(crate) struct Mistake {
    /// What is underlined.
    pub(crate) at: Range<usize>,
    pub(crate) help: String,
}

/// The program with the help typed into it, or why it does not fit the rule.
pub(crate) fn typed(program: &str, mistake: &Mistake) -> Result<String, String> {
    let mut program = Program { text: program.to_owned(), at: mistake.at.clone() };
    let (begin, codes) = split(&mistake.help);
    if begin.starts_with("remove the parameter") {
        program.remove_parameter()?;
        return Ok(program.text);
    }
    let is_removed = begin == "remove it";
    if is_removed {
        program.remove()?;
        return Ok(program.text);
    }
    let Some((first, mut more)) = codes.split_first() else {
        return Err("there is no code in the help".into());
    };
    let mut code = &first.1;
    // `did you mean …? write …` has the whole line.
    if let Some(((_, line), behind)) = more.split_first().filter(|((before, _), _)| before == "? write") {
        (code, more) = (line, behind);
    }
    match begin.as_str() {
        "add" => program.add(code)?,
        // A bound that fails has no word in front of what is missing.
        "" | "pass a struct with" if code.starts_with("#[derive(") => program.derive(code)?,
        "" => program.replace(code)?,
        "remove" => program.remove()?,
        "remove it, and write" => {
            program.remove()?;
            program.at = program.at.start..program.at.start;
            program.replace(code)?;
        }
        _ if NEW.iter().any(|it| begin.starts_with(it)) => {
            program.at = program.at.start..program.at.start;
            program.add(code)?;
        }
        _ if begin.ends_with(" write") || REPLACING.iter().any(|it| begin.starts_with(it)) => {
            program.replace(code)?
        }
        other => return Err(format!("the help begins with `{other}`")),
    }
    for (before, code) in more {
        if before.ends_with("and the function") || before.ends_with("and the type") {
            program.text.push_str(&format!("\n{code}\n"));
        } else if ["by a parameter:", "with a parameter such as"].iter().any(|it| before.ends_with(it))
            || (before == "," && code.starts_with("#[quer") && is_parameter(code))
        {
            program.parameter(code)?;
        }
    }
    Ok(program.text)
}

/// The words before the first code, and each code with the words before it.
fn split(help: &str) -> (String, Vec<(String, String)>) {
    let parts: Vec<&str> = help.split('`').collect();
    let codes = parts.chunks(2).filter(|chunk| chunk.len() == 2);
    let codes: Vec<(String, String)> =
        codes.map(|chunk| (chunk[0].trim().to_owned(), chunk[1].to_owned())).collect();
    let begin = codes.first().map_or_else(|| help.to_owned(), |(before, _)| before.clone());
    let begin =
        if begin.starts_with("remove it") && !begin.ends_with("and write") { "remove it" } else { &begin };
    (begin.trim().to_owned(), codes)
}

impl Program {
    fn replace(&mut self, code: &str) -> Result<(), String> {
        if let Some(name) = attribute_alone(code) {
            if let Some(at) = self.role().filter(|_| !VERBS.contains(&name.as_str())) {
                self.put(at, code);
                return Ok(());
            }
            let of_the_verb = VERBS.contains(&name.as_str()).then(|| self.verb()).flatten();
            let at = match (of_the_verb.or_else(|| self.attribute_named(&name)), self.attribute()) {
                (Some(at), _) | (None, Some(at)) => at,
                (None, None) => return self.add(code),
            };
            self.put(at, code);
        } else if is_parameter(code) {
            self.parameter(code)?;
        } else if code.starts_with("\"/") && !self.text[self.at.clone()].starts_with(['"', 'r']) {
            let at = self.path_of_the_verb()?;
            self.put(at, code);
        } else if let Some(output) = code.strip_prefix("->") {
            self.output(output.trim())?;
        } else if code.starts_with("fn ") || code.starts_with("async fn ") {
            self.signature(code)?;
        } else if ["struct ", "enum "].iter().any(|it| code.starts_with(it)) {
            let item = self.item()?;
            let start = item.start + attributes(&self.text[item.clone()]);
            let is_public = self.text[start..].starts_with("pub ");
            self.put(start..item.end, &format!("{}{code}", if is_public { "pub " } else { "" }));
        } else if code.starts_with(['#', '…']) || code.contains('…') {
            return Err("the code has a gap".into());
        } else {
            let at = self.option(code).unwrap_or_else(|| self.at.clone());
            self.put(at, code);
        }
        Ok(())
    }

    /// The role of the parameter whose type is underlined.
    fn role(&self) -> Option<Range<usize>> {
        let part = self.part_in(&self.parameters().ok()?);
        let is_inside = part.start < self.at.start && self.at.end <= part.end && self.attribute().is_none();
        let end = attributes(&self.text[part.clone()]);
        let roles = &self.text[part.start..part.start + end];
        (is_inside && roles.matches("#[").count() == 1)
            .then(|| part.start..part.start + roles.trim_end().len())
    }

    /// The attribute with the verb of the method, if what is underlined is in the method's parameters.
    fn verb(&self) -> Option<Range<usize>> {
        let parameters = self.parameters().ok()?;
        let is_inside = parameters.open < self.at.start && self.at.end <= parameters.close;
        is_inside.then(|| VERBS.iter().find_map(|verb| self.attribute_named(verb))).flatten()
    }

    fn add(&mut self, code: &str) -> Result<(), String> {
        if is_parameter(code) {
            return self.parameter(code);
        }
        if let Some(output) = code.strip_prefix("->") {
            return self.output(output.trim());
        }
        if attribute_alone(code).is_some() {
            let item = self.item()?;
            let is_method = find_word(&self.text, "fn", item.clone()).is_some();
            let is_in_list =
                self.list().is_ok_and(|list| list.open < self.at.start && self.at.start <= list.close);
            let start = if is_method || !is_in_list { item.start } else { self.at.start };
            self.put(start..start, &format!("{code} "));
            return Ok(());
        }
        Err("nothing says where it is added".into())
    }

    /// Adds the derive to the type that is underlined.
    fn derive(&mut self, code: &str) -> Result<(), String> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let name = self.text[self.at.clone()].split(|c| !is_part(c)).rfind(|word| !word.is_empty());
        let name = name.ok_or("no type is underlined")?;
        let item = ["pub struct ", "pub enum ", "struct ", "enum "].iter().find_map(|kind| {
            let at = self.text.find(&format!("{kind}{name}"))?;
            (!self.text[at + kind.len() + name.len()..].starts_with(is_part)).then_some(at)
        });
        let item = item.ok_or("the type is none of the program")?;
        self.put(item..item, &format!("{code} "));
        Ok(())
    }

    /// Removes the underlined attribute, option, parameter or method, or else what is underlined.
    fn remove(&mut self) -> Result<(), String> {
        if self.text[..self.at.start].ends_with("fn ") {
            let method = self.item()?;
            self.put(method, "");
            return Ok(());
        }
        let is_whole = |at: &Range<usize>| at.start == self.at.start && at.end == self.at.end;
        let function = self.parameters().ok();
        let at = match (self.attribute(), self.part()) {
            (Some(attribute), _) if is_whole(&attribute) => attribute,
            (Some(attribute), Some(part)) if part.start > attribute.start => self.with_comma(part),
            (Some(attribute), _) => attribute,
            (None, Some(part)) if function.is_some_and(|it| it.open < part.start && part.end <= it.close) => {
                self.with_comma(part)
            }
            (None, _) => self.at.clone(),
        };
        self.put(at, "");
        for empty in [", headers()", "headers(), ", "headers()"] {
            self.text = self.text.replace(empty, "");
        }
        // An only option leaves its parentheses behind.
        for name in ["api_client", "get", "query", "part", "session"] {
            self.text = self.text.replace(&format!("#[{name}()]"), &format!("#[{name}]"));
        }
        Ok(())
    }

    /// Removes the parameter around what is underlined, with its attributes.
    fn remove_parameter(&mut self) -> Result<(), String> {
        let part = self.part_in(&self.parameters()?);
        let at = self.with_comma(part);
        self.put(at, "");
        Ok(())
    }

    /// Replaces the parameter, field or variant of that name, or the underlined one, or adds one.
    fn parameter(&mut self, code: &str) -> Result<(), String> {
        let group = self.list()?;
        let inside = parts(&self.text, group.open + 1..group.close);
        let is_own = |part: &&Range<usize>| {
            part.start <= self.at.start
                && self.at.end <= part.end
                && self.at.start < group.close
                && !self.at.is_empty()
        };
        let name = parameter_name(code);
        let is_named = |part: &&Range<usize>| parameter_name(&self.text[(*part).clone()]) == name;
        let own = inside.iter().find(is_named).or_else(|| inside.iter().find(is_own)).cloned();
        let Some(own) = own else {
            let comma = if inside.is_empty() || self.text[..group.close].trim_end().ends_with(',') {
                ""
            } else {
                ", "
            };
            self.put(group.close..group.close, &format!("{comma}{code}"));
            return Ok(());
        };
        let start =
            if code.starts_with("#[") { own.start } else { own.start + attributes(&self.text[own.clone()]) };
        let (role, rest) = code.split_at(attributes(code));
        if rest.contains([':', '(']) {
            // Of a parameter that is two, the second is the rest of the code.
            self.put(start..own.end, code);
        } else {
            let start = own.start + attributes(&self.text[own.clone()]);
            self.put(own.start..start, role);
        }
        Ok(())
    }

    fn output(&mut self, output: &str) -> Result<(), String> {
        let group = self.parameters()?;
        let item = self.item()?;
        let end = self.text[group.close..item.end].find([';', '{']).map_or(item.end, |at| group.close + at);
        let end = find_word(&self.text, "where", group.close..end).unwrap_or(end);
        self.put(group.close + 1..end, &format!(" -> {output}"));
        Ok(())
    }

    /// Replaces the words before the name, and what else the code has of the signature.
    fn signature(&mut self, code: &str) -> Result<(), String> {
        let group = self.parameters()?;
        let item = self.item()?;
        let function = find_word(&self.text, "fn", item.clone()).ok_or("there is no method")?;
        let words = ["pub", "default", "async", "unsafe", "extern", "const"];
        let start = words.iter().filter_map(|word| find_word(&self.text, word, item.start..function)).min();
        let start = start.unwrap_or(function);
        let name =
            code.split("fn ").nth(1).and_then(|rest| rest.split(['(', ':', '<']).next()).unwrap_or_default();
        let own = &self.text[group.open + 1..group.close];
        let asynchrony = if code.starts_with("async") { "async fn" } else { "fn" };
        let inside =
            code.split_once('(').map(|(_, rest)| rest.rsplit_once(')').map_or(rest, |(inside, _)| inside));
        let inside = match inside {
            Some(inside) if inside.ends_with('…') => format!("{}{own}", inside.trim_end_matches('…')),
            Some(inside) if !code.contains("->") => inside.to_owned(),
            _ => own.to_owned(),
        };
        let generics = [code, &self.text[function..group.open]].map(|text| {
            let name = text.split('(').next().unwrap_or(text);
            name.find('<').map_or("", |at| &name[at..])
        });
        let generics = generics.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned();
        let output = code.split_once("->").map(|(_, output)| output.trim().to_owned());
        self.put(start..group.close + 1, &format!("{asynchrony} {name}{generics}({inside})"));
        match output {
            Some(output) => self.output(&output),
            None => Ok(()),
        }
    }
}
