//! The source file of a trait, which tells whether `Result` is imported there, and which other traits have
//! its name, and which types in its answers have a lifetime.
//!
//! Without the import, the compiler takes the standard library's `Result`, and reports each item with a
//! `Result<T>`. The file only chooses what is reported. What it does not tell for certain counts as imported.

use std::fs;

use syn::{
    Attribute, GenericArgument, Ident, Item, Path, PathArguments, Type, UseTree,
    visit_mut::{self, VisitMut},
};

const NAME: &str = "Result";

/// Returns whether `Result` is certainly the standard library's where the trait stands.
pub(crate) fn has_plain_result(trait_name: &Ident) -> bool {
    text().is_some_and(|text| is_plain(&text, trait_name))
}

/// Returns whether another type in the module of the trait has the name of its client.
pub(crate) fn is_taken(trait_name: &Ident, client: &Ident) -> bool {
    text().is_some_and(|text| declares_type(&text, trait_name, client))
}

fn declares_type(text: &str, trait_name: &Ident, name: &Ident) -> bool {
    if !["struct", "enum", "union", "type"].iter().any(|kind| text.contains(&format!("{kind} {name}"))) {
        return false;
    }
    let Ok(file) = syn::parse_file(text) else { return false };
    let mut modules = Vec::new();
    modules_with(&file.items, trait_name, &mut modules);
    let [items] = modules.as_slice() else { return false };
    let is_certain = |attrs: &[Attribute]| {
        !attrs.iter().any(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"))
    };
    items.iter().any(|item| match item {
        Item::Struct(item) => item.ident == *name && is_certain(&item.attrs),
        Item::Enum(item) => item.ident == *name && is_certain(&item.attrs),
        Item::Union(item) => item.ident == *name && is_certain(&item.attrs),
        Item::Type(item) => item.ident == *name && is_certain(&item.attrs),
        _ => false,
    }) && items
        .iter()
        .any(|item| matches!(item, Item::Trait(item) if item.ident == *trait_name && is_certain(&item.attrs)))
}

/// Returns whether the file certainly neither declares nor imports the name.
pub(crate) fn is_unknown(name: &Ident) -> bool {
    text().is_some_and(|text| !mentions(&text, &name.to_string()))
}

fn mentions(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let first = |text: &str| text.trim_start().split(|c| !is_part(c)).next() == Some(name);
    let declares = |kind: &str| text.split(&format!("{kind} ")).skip(1).any(first);
    // An import may stand in several lines.
    let imports = text.split(';').filter_map(|statement| {
        let starts = statement.match_indices("use ").map(|(at, _)| at);
        starts.filter(|&at| !statement[..at].ends_with(is_part)).last().map(|at| &statement[at..])
    });
    let names = |import: &str| {
        let is_ours = import.split_once('*').is_some_and(|(before, _)| before == "use sdk_runtime::");
        import.contains('*') && !is_ours || import.split(|c| !is_part(c)).any(|word| word == name)
    };
    ["struct", "enum", "type", "union"].into_iter().any(declares) || imports.into_iter().any(names)
}

/// Returns the text of the file that is compiled.
fn text() -> Option<String> {
    #[cfg(test)]
    if let Some(text) = tests::TEXT.take() {
        tests::TEXT.set(Some(text.clone()));
        return Some(text);
    }
    proc_macro::is_available()
        .then(|| proc_macro::Span::call_site().local_file())
        .flatten()
        .and_then(|file| fs::read_to_string(file).ok())
}

/// Returns the place of this trait among those of its name, if there are several in its module. Those under a
/// `cfg` may never meet.
pub(crate) fn twin(trait_name: &Ident) -> Option<usize> {
    place_among_twins(&text()?, trait_name, line(trait_name)?)
}

/// Returns the first name in the type of a struct or an enum that has a lifetime, which the type does not
/// show: `View` for a `struct View<'a>` in the module of the trait.
pub(crate) fn hidden_lifetime(trait_name: &Ident, ty: &Type) -> Option<Ident> {
    let mut plain = Plain(Vec::new());
    plain.visit_type_mut(&mut ty.clone());
    if plain.0.is_empty() {
        return None;
    }
    let text = text()?;
    plain.0.into_iter().find(|name| has_lifetime(&text, trait_name, name))
}

/// The names in a type that have no lifetime there.
struct Plain(Vec<Ident>);

impl VisitMut for Plain {
    fn visit_path_mut(&mut self, path: &mut Path) {
        if path.segments.len() == 1 && path.leading_colon.is_none() {
            let is_lifetime = |argument: &GenericArgument| matches!(argument, GenericArgument::Lifetime(_));
            self.0.extend(path.segments.iter().filter_map(|only| match &only.arguments {
                PathArguments::AngleBracketed(arguments) if arguments.args.iter().any(is_lifetime) => None,
                _ => Some(only.ident.clone()),
            }));
        }
        visit_mut::visit_path_mut(self, path);
    }
}

fn has_lifetime(text: &str, trait_name: &Ident, name: &Ident) -> bool {
    let is_declared = ["struct", "enum"].iter().any(|it| text.contains(&format!("{it} {name}<'")));
    let is_cow = name == "Cow" && text.contains("borrow::");
    if !is_declared && !is_cow {
        return false;
    }
    let Ok(file) = syn::parse_file(text) else { return false };
    let mut modules = Vec::new();
    modules_with(&file.items, trait_name, &mut modules);
    let [items] = modules.as_slice() else { return false };
    items.iter().any(|item| match item {
        Item::Struct(item) => item.ident == *name && item.generics.lifetimes().next().is_some(),
        Item::Enum(item) => item.ident == *name && item.generics.lifetimes().next().is_some(),
        Item::Use(item) => is_cow && any_name(&item.tree, &|it| it == "Cow"),
        _ => false,
    })
}

/// Returns the line of a name, counted from one.
fn line(name: &Ident) -> Option<usize> {
    #[cfg(test)]
    if !proc_macro::is_available() {
        return Some(name.span().start().line);
    }
    proc_macro::is_available().then(|| name.span().unwrap().line())
}

fn place_among_twins(text: &str, trait_name: &Ident, line: usize) -> Option<usize> {
    let head = format!("trait {trait_name}");
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let is_head = |text: &str| text.split_once(&head).is_some_and(|(_, behind)| !behind.starts_with(is_part));
    let heads = (1..).zip(text.lines()).filter(|(_, text)| is_head(text));
    let lines: Vec<usize> = heads.map(|(line, _)| line).collect();
    if lines.len() < 2 {
        return None;
    }
    let file = syn::parse_file(text).ok()?;
    let mut modules = Vec::new();
    modules_with(&file.items, trait_name, &mut modules);
    let is_one_module = modules.windows(2).all(|two| std::ptr::eq(two[0], two[1]));
    let items = modules.first().filter(|_| is_one_module && modules.len() == lines.len())?;
    let mut of_this_name = items.iter().filter_map(|item| match item {
        Item::Trait(item) if item.ident == *trait_name => Some(&item.attrs),
        _ => None,
    });
    let is_ours = |attrs: &Vec<Attribute>| {
        let is_called = |name: &str| {
            attrs.iter().any(|attr| attr.path().segments.last().is_some_and(|last| last.ident == name))
        };
        is_called("api_client") && !is_called("cfg") && !is_called("cfg_attr")
    };
    let are_ours = of_this_name.all(is_ours);
    lines.iter().position(|it| *it == line).filter(|_| are_ours)
}

fn is_plain(text: &str, trait_name: &Ident) -> bool {
    // Most files import it outside of all modules, where the trait stands too, and need no closer look.
    let head = format!("trait {trait_name}");
    let is_outside = |line: &str| !line.starts_with(char::is_whitespace) && line.contains(&head);
    let is_import = |line: &str| line.starts_with("use ") && line.contains(NAME);
    if text.lines().any(is_import) && text.lines().any(is_outside) {
        return false;
    }
    let Ok(file) = syn::parse_file(text) else { return false };
    let mut modules = Vec::new();
    modules_with(&file.items, trait_name, &mut modules);
    match modules.as_slice() {
        [items] => {
            // In a file that is included elsewhere, the import may stand elsewhere.
            items.iter().any(imports_the_macro) && !items.iter().any(may_name_result)
        }
        _ => false,
    }
}

/// Collects the items of each module that contains the trait.
fn modules_with<'a>(items: &'a [Item], name: &Ident, found: &mut Vec<&'a [Item]>) {
    for item in items {
        match item {
            Item::Trait(item) if item.ident == *name => found.push(items),
            Item::Mod(module) => {
                if let Some((_, inner)) = &module.content {
                    modules_with(inner, name, found);
                }
            }
            _ => {}
        }
    }
}

fn imports_the_macro(item: &Item) -> bool {
    matches!(item, Item::Use(item) if any_name(&item.tree, &|name| name == "api_client"))
}

/// Returns whether the item may define or import the name. A macro may do anything.
fn may_name_result(item: &Item) -> bool {
    let name = match item {
        Item::Use(item) => return any_name(&item.tree, &|name| name == NAME || name == "*"),
        Item::Macro(item) => return item.ident.is_none(),
        Item::Enum(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::ExternCrate(item) => return !item.attrs.is_empty(),
        Item::Const(_)
        | Item::Fn(_)
        | Item::ForeignMod(_)
        | Item::Impl(_)
        | Item::Mod(_)
        | Item::Static(_) => return false,
        _ => return true,
    };
    name == NAME
}

/// Returns whether one of the imported names is the one. `*` stands for all names.
fn any_name(tree: &UseTree, is_one: &dyn Fn(&str) -> bool) -> bool {
    match tree {
        UseTree::Path(path) => any_name(&path.tree, is_one),
        UseTree::Name(name) => is_one(&name.ident.to_string()),
        UseTree::Rename(name) => is_one(&name.rename.to_string()),
        UseTree::Glob(_) => is_one("*"),
        UseTree::Group(group) => group.items.iter().any(|tree| any_name(tree, is_one)),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use quote::format_ident;

    use super::{declares_type, has_lifetime, is_plain, mentions, place_among_twins};

    thread_local! {
        /// The text of the file whose macros a test expands.
        pub(crate) static TEXT: Cell<Option<String>> = const { Cell::new(None) };
    }

    #[test]
    fn a_file_tells_whether_result_is_imported() {
        let users = "#[api_client] pub trait Users { async fn all(&self) -> Result<()>; }";
        for (before, is_std) in [
            ("use sdk_runtime::api_client;", true),
            ("use sdk_runtime::{api_client, Error};", true),
            ("use sdk_runtime::api_client; mod tests { use super::*; }", true),
            ("use sdk_runtime::api_client; macro_rules! m { () => {}; }", true),
            ("use sdk_runtime::{api_client, Result};", false),
            ("use sdk_runtime::{self as sdk, api_client}; use sdk::Result as R;", false),
            ("use sdk_runtime::api_client; use std::io::Result;", false),
            ("use sdk_runtime::*;", false),
            ("use sdk_runtime::api_client; use super::*;", false),
            ("use sdk_runtime::api_client; type Result<T> = std::result::Result<T, ()>;", false),
            ("use sdk_runtime::api_client; error_chain! {}", false),
            ("use sdk_runtime::api_client; mod a { pub trait Users {} }", false),
            ("use sdk_runtime::{Error as Result, api_client};", false),
            // It may be a part of another file.
            ("", false),
            ("this is no file", false),
        ] {
            assert_eq!(is_plain(&format!("{before}\n{users}"), &format_ident!("Users")), is_std, "{before}");
        }
        let inside = format!("mod inner {{ use sdk_runtime::api_client; {users} }}");
        assert!(is_plain(&inside, &format_ident!("Users")));
        assert!(!is_plain(&format!("fn main() {{ {users} }}"), &format_ident!("Users")));
    }

    #[test]
    fn a_lifetime_is_found_in_the_module_of_the_trait() {
        let users = "trait Users {}";
        let has = |text: &str| {
            has_lifetime(&format!("{text} {users}"), &format_ident!("Users"), &format_ident!("View"))
        };
        assert!(has("struct View<'a>(&'a str);"));
        assert!(has("enum View<'a, T> { A(&'a T) }"));
        let cow = |text: &str| has_lifetime(text, &format_ident!("Users"), &format_ident!("Cow"));
        assert!(cow("use std::borrow::{Borrow, Cow}; trait Users {}"));
        assert!(!cow("use farm::Cow; trait Users {}"));
        for other in
            ["struct View;", "struct ViewOf<'a>(&'a str);", "mod inner { struct View<'a>(&'a str); }"]
        {
            assert!(!has(other), "{other}");
        }
    }

    #[test]
    fn a_file_declares_or_imports_a_name() {
        for text in [
            "pub struct Unit;",
            "type  Unit<T> = T;",
            "use a::{b, Unit};",
            "use a::*;",
            "use a::{\n    b,\n    Unit,\n};",
            "macro_rules! m { () => { struct Unit; } }",
        ] {
            assert!(mentions(text, "Unit"), "{text}");
        }
        for text in [
            "struct UnitOfWork;",
            "//! A Unit.\nuse a::b;",
            "use a::b; fn f() -> Result<Unit> {}",
            "use sdk_runtime::*;",
        ] {
            assert!(!mentions(text, "Unit"), "{text}");
        }
    }

    #[test]
    fn a_type_of_the_module_may_have_the_name_of_the_client() {
        let declares = |before: &str| {
            let text = format!("{before} trait Users {{}}");
            declares_type(&text, &format_ident!("Users"), &format_ident!("UsersClient"))
        };
        for text in ["struct UsersClient;", "enum UsersClient {}", "pub type UsersClient = u8;"] {
            assert!(declares(text), "{text}");
        }
        for text in [
            "struct UsersClientOf;",
            "mod inner { struct UsersClient; }",
            "#[cfg(unix)] struct UsersClient;",
            "struct UsersClient; #[cfg(unix)]",
        ] {
            assert!(!declares(text), "{text}");
        }
    }

    #[test]
    fn a_trait_has_a_place_among_those_of_its_name_in_its_module() {
        let one = "#[api_client]\ntrait Users {}\n";
        let place = |text: &str, line| place_among_twins(text, &format_ident!("Users"), line);
        let two = one.repeat(2);
        assert_eq!([place(&two, 2), place(&two, 4)], [Some(0), Some(1)]);
        assert_eq!(place(&one.repeat(3), 6), Some(2));
        for other in [
            one.to_owned(),
            format!("{one}mod inner {{\n{one}}}"),
            format!("{one}fn inside() {{\n{one}}}"),
            format!("{one}#[cfg(unix)]\n{one}"),
            format!("{one}#[api_client]\ntrait UsersOfAll {{}}"),
            // The compiler reports it.
            format!("{one}trait Users {{}}"),
        ] {
            assert_eq!(place(&other, 2), None, "{other}");
        }
    }
}
