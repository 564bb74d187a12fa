//! The fields of a struct, or the entries of a map, as headers, as parts, and nested in a query or a form.

use std::borrow::Cow;

use http::header::COOKIE;
use serde::Serialize;

use super::flat::{Leaf, Step, fields};
use super::header::{self, HeaderArg};
use super::nested::{self, FieldStyle};
use super::part::Part;
use super::{Request, not_flat, query};
use crate::body::{Body, FORM};
use crate::error::InvalidRequest;

impl Request {
    /// Sets a header for each field. `None` removes the header that the declaration or the client sets.
    pub(crate) fn headers(&mut self, parameter: &'static str, fields: &(impl Serialize + ?Sized)) {
        let Ok(fields) = self::fields(fields) else { return self.record_error(Err(not_flat(parameter))) };
        // The elements of a list are consecutive.
        for lines in fields.chunk_by(|one, two| one.path.first() == two.path.first()) {
            let written = self.header_of_a_field(parameter, lines);
            self.record_error(written);
        }
    }

    fn header_of_a_field(&mut self, parameter: &'static str, lines: &[Leaf]) -> Result<(), InvalidRequest> {
        let name = flat_name(&lines[0].path).ok_or_else(|| not_flat(parameter))?;
        let name = header::name(&name)?;
        if let [Leaf { path, text: None }] = lines
            && path.len() == 1
            && name != COOKIE
        {
            self.headers.remove(&name);
            self.without.push(name);
            return Ok(());
        }
        header::set(&mut self.headers, &name, |line| {
            lines.iter().filter_map(|it| it.text.as_ref()).try_for_each(|value| value.header_lines(line))
        })
    }

    pub(crate) fn styled_queries(
        &mut self,
        parameter: &'static str,
        fields: &(impl Serialize + ?Sized),
        style: FieldStyle,
    ) {
        match nested::form(fields, style) {
            Ok(form) => query::push_form(&mut self.query, &form),
            Err(reason) => self.record_error(Err(InvalidRequest::new(parameter, reason))),
        }
    }

    pub(crate) fn styled_form(&mut self, fields: &(impl Serialize + ?Sized), style: FieldStyle) {
        match nested::form(fields, style) {
            Ok(form) => self.body(None, Body::new(form).content_type(FORM)),
            Err(reason) => self.record_error(Err(InvalidRequest::new("#[form]", reason))),
        }
    }

    /// Appends a part of text for each field.
    pub(crate) fn parts_of_fields(&mut self, parameter: &'static str, fields: &(impl Serialize + ?Sized)) {
        let parts = self.parts.get_or_insert_default();
        let written = self::fields(fields).map_err(|_| not_flat(parameter)).and_then(|fields| {
            for field in fields {
                let name = flat_name(&field.path).ok_or_else(|| not_flat(parameter))?;
                parts.extend(field.text.map(|text| (name, Part::text(text))));
            }
            Ok(())
        });
        self.record_error(written);
    }
}

/// Returns the name of a field that is not nested in another.
fn flat_name(path: &[Step]) -> Option<Cow<'static, str>> {
    match path {
        [Step::Field(name)] | [Step::Field(name), Step::Index(_)] => Some(Cow::Borrowed(*name)),
        [Step::Key(name)] | [Step::Key(name), Step::Index(_)] => Some(Cow::Owned(name.clone())),
        _ => None,
    }
}
