//! Mistakes that users make, each made in a correct declaration.

use fastrand::Rng;

use super::{
    correct::{self, pick},
    declaration::{Declaration, Method, Param, Verb, has_body},
};

/// The name of a mistake, and a function that makes it. It returns `None` if the declaration has no place
/// for it.
pub(super) type Mistake = (&'static str, fn(&mut Rng, &mut Declaration) -> Option<()>);

pub(super) const MISTAKES: &[Mistake] = &[
    ("a forgotten role", |rng, all| {
        params(rng, all, |_, param| !param.is_segment() && !param.has("url"))?.roles.clear();
        Some(())
    }),
    ("a misspelt role", |rng, all| {
        params(rng, all, |_, param| !param.roles.is_empty())?.roles[0] = "qurey".to_owned();
        Some(())
    }),
    ("two roles", |rng, all| {
        let param = params(rng, all, |_, param| param.has("query") || param.has("header"))?;
        param.roles.push("headers".to_owned());
        Some(())
    }),
    ("a role that is assigned", |rng, all| {
        params(rng, all, |_, param| param.has("query"))?.roles[0] = "query = \"x\"".to_owned();
        Some(())
    }),
    ("a role with an argument it does not take", |rng, all| {
        let param = params(rng, all, |_, param| param.has("queries") || param.has("form"))?;
        param.roles[0].push_str("(\"x\")");
        Some(())
    }),
    ("a role inside `cfg_attr`", |rng, all| {
        let param = params(rng, all, |_, param| param.has("query"))?;
        param.roles[0] = "cfg_attr(all(), query)".to_owned();
        Some(())
    }),
    ("a name that is no header's", |rng, all| {
        params(rng, all, |_, param| param.has("header"))?.roles[0] = "header(\"X Y\")".to_owned();
        Some(())
    }),
    ("a header of the transport", |rng, all| {
        params(rng, all, |_, param| param.has("header"))?.roles[0] = "header(\"Host\")".to_owned();
        Some(())
    }),
    ("no media type", |rng, all| {
        params(rng, all, |_, param| param.has("body"))?.roles[0] = "body(\"text\")".to_owned();
        Some(())
    }),
    ("a placeholder without a parameter", |rng, all| {
        let method = endpoints(rng, all, |method| method.params.iter().any(Param::is_segment))?;
        let at = method.params.iter().position(Param::is_segment)?;
        method.params.remove(at);
        Some(())
    }),
    ("an optional segment", |rng, all| {
        params(rng, all, |_, param| param.is_segment())?.ty = "Option<u64>".to_owned();
        Some(())
    }),
    ("a list as a segment", |rng, all| {
        params(rng, all, |_, param| param.is_segment())?.ty = "&[u64]".to_owned();
        Some(())
    }),
    ("a segment under a `cfg`", |rng, all| {
        params(rng, all, |_, param| param.is_segment())?.cfg = Some("#[cfg(all())]");
        Some(())
    }),
    ("a parameter that nothing names", |rng, all| {
        let mut extra = correct::param("", "goes_nowhere", "u32", "1");
        extra.roles.clear();
        push(rng, all, extra)
    }),
    ("a placeholder that is not there", |rng, all| {
        push(rng, all, correct::param("path(\"nothing\")", "goes_nowhere", "u32", "1"))
    }),
    ("a query twice", |rng, all| {
        let method = endpoints(rng, all, |method| method.is_none_conditional("query"))?;
        let twin = method.params.iter().find(|param| param.has("query"))?.clone();
        method.params.push(Param { name: "twin".to_owned(), roles: vec![named(&twin)], ..twin });
        Some(())
    }),
    ("two bodies", |rng, all| {
        let method = endpoints(rng, all, |method| method.params.iter().any(Param::is_body))?;
        let is_part = method.params.iter().filter(|param| param.has("part")).count();
        // Each part conflicts with it.
        (is_part < 2).then(|| method.params.push(correct::param("json", "second", "&Item", "")))
    }),
    ("a body where there is none", |rng, all| {
        let method = endpoints(rng, all, |method| {
            method.verb.as_ref().is_some_and(|verb| !has_body(verb.name)) && !method.is_pages()
        })?;
        method.params.push(correct::param("json", "second", "&Item", ""));
        Some(())
    }),
    ("a pattern", |rng, all| {
        let param = params(rng, all, |method, param| {
            method.session.is_none() && !param.has("url") && param.name != "lead"
        })?;
        param.name = "(one, two)".to_owned();
        Some(())
    }),
    ("a mutable parameter", |rng, all| {
        let param = params(rng, all, |_, param| param.name != "lead" && !param.has("url"))?;
        param.name.insert_str(0, "mut ");
        Some(())
    }),
    ("a reserved name", |rng, all| push(rng, all, correct::param("query", "__mine", "u32", "1"))),
    ("`impl Trait`", |rng, all| push(rng, all, correct::param("query", "any", "impl Serialize", "1"))),
    ("`impl Trait` in a list", |rng, all| {
        push(rng, all, correct::param("query", "any", "&[impl Serialize]", "1"))
    }),
    ("what the session supplies elsewhere", |rng, all| {
        let param = params(rng, all, |method, param| {
            method.session.is_none() && !param.is_segment() && !param.has("url") && param.name != "lead"
        })?;
        param.roles.push("from_session".to_owned());
        Some(())
    }),
    ("no receiver", |rng, all| {
        endpoints(rng, all, |_| true)?.receiver = None;
        Some(())
    }),
    ("another receiver", |rng, all| {
        let other = pick(
            rng,
            &["self", "&mut self", "self: &mut Self", "self: Self", "mut self", "self: std::sync::Arc<Self>"],
        );
        endpoints(rng, all, |_| true)?.receiver = Some(other);
        Some(())
    }),
    ("`async` where it does not belong", |rng, all| {
        let method = endpoints(rng, all, |_| true)?;
        method.is_async = !method.is_async;
        Some(())
    }),
    ("no return type", |rng, all| {
        endpoints(rng, all, |_| true)?.returns.clear();
        Some(())
    }),
    ("a hidden return type", |rng, all| {
        endpoints(rng, all, |method| !method.is_pages())?.returns = "-> Result<impl Sized>".to_owned();
        Some(())
    }),
    ("pages in a result", |rng, all| {
        endpoints(rng, all, |method| method.is_pages())?.returns = "-> Result<Pages<Vec<Item>>>".to_owned();
        Some(())
    }),
    ("pages of nothing", |rng, all| {
        endpoints(rng, all, |method| method.is_pages())?.returns = "-> Pages".to_owned();
        Some(())
    }),
    ("pages that no option asks for", |rng, all| {
        verbs(rng, all, |method, _| method.is_pages())?.options.clear();
        Some(())
    }),
    ("a page that leads nowhere", |rng, all| {
        verbs(rng, all, |method, _| method.is_pages())?.options =
            vec!["paginate = cursor(nothing)".to_owned()];
        Some(())
    }),
    ("pages misspelt", |rng, all| {
        let verb = verbs(rng, all, |method, _| method.is_pages())?;
        *verb.options.first_mut()? =
            pick(rng, &["pagination = link", "paginate", "paginate = links", "paginate = page()"]).to_owned();
        Some(())
    }),
    ("two verbs", |rng, all| {
        endpoints(rng, all, |_| true)?.before.push("#[delete(\"/second\")]".to_owned());
        Some(())
    }),
    ("no verb", |rng, all| {
        endpoints(rng, all, |_| true)?.verb = None;
        Some(())
    }),
    ("a verb inside `cfg_attr`", |rng, all| {
        let method = endpoints(rng, all, |_| true)?;
        method.before.push("#[cfg_attr(all(), get(\"/x\"))]".to_owned());
        method.verb = None;
        Some(())
    }),
    ("a body of its own", |rng, all| {
        endpoints(rng, all, |_| true)?.body = Some("{ todo!() }");
        Some(())
    }),
    ("a constant as parameter of a method", |rng, all| {
        endpoints(rng, all, |method| method.generics.is_empty())?.generics = "<const N: usize>";
        Some(())
    }),
    ("`unsafe`", |rng, all| {
        let method = endpoints(rng, all, |method| !method.is_async)?;
        method.before.push("unsafe".to_owned());
        Some(())
    }),
    ("no path", |rng, all| {
        verbs(rng, all, |method, verb| verb.path.is_some() && !method.has_segment_with_role())?.path = None;
        Some(())
    }),
    ("a wrong path", |rng, all| {
        let wrong = pick(
            rng,
            &[
                "users",
                "/a b",
                "/{",
                "/}",
                "/{}",
                "//",
                "/a/../b",
                "/x#y",
                "/{a.b}",
                "/x?{q}",
                "/%",
                "https://x",
            ],
        );
        verbs(rng, all, |_, verb| verb.path.is_some())?.path = Some(format!("{wrong:?}"));
        Some(())
    }),
    ("a path that is no literal", |rng, all| {
        verbs(rng, all, |_, verb| verb.path.is_some())?.path = Some("PATH".to_owned());
        Some(())
    }),
    ("a path next to an address", |rng, all| {
        verbs(rng, all, |_, verb| verb.path.is_none())?.path = Some("\"/x\"".to_owned());
        Some(())
    }),
    ("two addresses", |rng, all| {
        let method = endpoints(rng, all, |method| method.params.iter().any(|param| param.has("url")))?;
        method.params.push(correct::param("url", "second", "&str", ""));
        Some(())
    }),
    ("an unknown option", |rng, all| option(rng, all, "tiemout = 3s")),
    ("an option without a value", |rng, all| option(rng, all, "timeout")),
    ("a wrong duration", |rng, all| {
        verbs(rng, all, |_, _| true)?.options.retain(|option| !option.starts_with("timeout"));
        option(rng, all, pick(&mut rng.clone(), &["timeout = 3", "timeout = 0s"]))
    }),
    ("an option of the trait", |rng, all| option(rng, all, "base = \"/x\"")),
    ("what is no option", |rng, all| option(rng, all, "3")),
    ("an option twice", |rng, all| {
        let verb = verbs(rng, all, |_, verb| !verb.options.is_empty())?;
        let twin = pick(rng, &verb.options.iter().map(String::as_str).collect::<Vec<_>>()).to_owned();
        // The help of repeated scopes merges them. A header that is set twice is another mistake.
        verb.options.push(twin);
        Some(())
    }),
    ("a header without a value", |rng, all| {
        verbs(rng, all, |_, _| true)?.options.retain(|option| !option.starts_with("headers"));
        option(rng, all, "headers(\"x-fixed\")")
    }),
    ("a method of every client", |rng, all| {
        endpoints(rng, all, |method| method.session.is_none())?.name =
            pick(rng, &["new", "builder", "session"]).to_owned();
        Some(())
    }),
    ("a method twice", |rng, all| {
        let twin = endpoints(rng, all, |method| method.session.is_none())?.clone();
        all.methods.push(Method { before: Vec::new(), ..twin });
        Some(())
    }),
    ("an unknown role in the session", |rng, all| {
        endpoints(rng, all, |method| method.session == Some("start"))?.session = Some("begin");
        Some(())
    }),
    ("a second refresh", |rng, all| {
        let twin =
            endpoints(rng, all, |method| method.session.is_some_and(|role| role.starts_with("refresh")))?
                .clone();
        all.methods.push(Method { name: "again".to_owned(), ..twin });
        Some(())
    }),
    ("a role in a method with a body", |_, all| {
        let index = all.methods.iter().position(|method| method.verb.is_none())?;
        all.methods[index].params[0].roles.push("query".to_owned());
        Some(())
    }),
    ("an unknown option of the trait", |_, all| {
        all.options.push("tiemout = 3s".to_owned());
        Some(())
    }),
    ("an option of an endpoint", |_, all| {
        all.options.push("retry = 3".to_owned());
        Some(())
    }),
    ("a wrong base", |rng, all| {
        all.options.retain(|option| !option.starts_with("base"));
        all.options.push(pick(rng, &["base = \"v1\"", "base = V1", "base = \"/{id}\"", "base"]).to_owned());
        Some(())
    }),
    ("an associated type", |_, all| {
        all.others.push("    type Id;\n".to_owned());
        Some(())
    }),
    ("a constant as parameter", |_, all| {
        all.generics = "<const N: usize>";
        Some(())
    }),
];

/// Returns one endpoint of those that fit.
fn endpoints<'a>(
    rng: &mut Rng,
    all: &'a mut Declaration,
    fits: impl Fn(&Method) -> bool,
) -> Option<&'a mut Method> {
    let fitting = all.methods.iter_mut().filter(|method| method.verb.is_some() && fits(method));
    rng.choice(fitting.collect::<Vec<_>>())
}

fn verbs<'a>(
    rng: &mut Rng,
    all: &'a mut Declaration,
    fits: impl Fn(&Method, &Verb) -> bool,
) -> Option<&'a mut Verb> {
    let fits = |method: &Method| method.verb.as_ref().is_some_and(|verb| fits(method, verb));
    endpoints(rng, all, fits)?.verb.as_mut()
}

/// Returns one parameter of an endpoint.
fn params<'a>(
    rng: &mut Rng,
    all: &'a mut Declaration,
    fits: impl Fn(&Method, &Param) -> bool,
) -> Option<&'a mut Param> {
    let method = endpoints(rng, all, |method| method.params.iter().any(|param| fits(method, param)))?;
    let indices: Vec<usize> =
        (0..method.params.len()).filter(|&index| fits(method, &method.params[index])).collect();
    let index = rng.choice(indices)?;
    method.params.get_mut(index)
}

fn push(rng: &mut Rng, all: &mut Declaration, param: Param) -> Option<()> {
    let method = endpoints(rng, all, |method| method.session.is_none())?;
    let at = rng.usize(..=method.params.len());
    method.params.insert(at, param);
    Some(())
}

fn option(rng: &mut Rng, all: &mut Declaration, option: &str) -> Option<()> {
    verbs(rng, all, |_, _| true)?.options.push(option.to_owned());
    Some(())
}

/// Returns the role of `twin` with its default name.
fn named(twin: &Param) -> String {
    match twin.roles[0].split_once('"') {
        Some((_, rest)) => format!("query(\"{}\")", rest.split('"').next().unwrap_or_default()),
        None => format!("query({:?})", twin.name.trim_start_matches("r#")),
    }
}

impl Method {
    /// Returns whether there is such a parameter without a `cfg`.
    fn is_none_conditional(&self, role: &str) -> bool {
        self.params.iter().any(|param| param.has(role))
    }

    fn has_segment_with_role(&self) -> bool {
        self.params.iter().any(|param| param.has("path"))
    }
}
