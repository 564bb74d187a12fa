//! The public interface of `sdk-runtime`, as `tests/api/public.txt` holds it: each name by its module, with
//! its variants, fields, methods and traits. A change of the file is one that users see. `API=write cargo
//! test --test api` writes it.
//!
//! It is read from the source, because the documentation in a form for programs needs a nightly compiler. Of
//! what a macro of the crate generates, only the name is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens;
use syn::{Attribute, Fields, ImplItem, Item, TraitItem, UseTree, Visibility};

/// The members of each type and trait, by its name.
type Members = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn parse(path: &Path) -> syn::File {
    syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
}

/// Whether the attributes say that the item is for tests, or not part of the interface.
fn is_hidden(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|it| {
        let text = it.to_token_stream().to_string();
        text.contains("cfg (test)") || text.contains("doc (hidden)")
    })
}

fn is_public(vis: &Visibility, attrs: &[Attribute]) -> bool {
    matches!(vis, Visibility::Public(_)) && !is_hidden(attrs)
}

/// The tokens as text, with the spaces of a formatter around none of the marks.
fn text(tokens: impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let tight = [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" > ", "> "),
        (" >", ">"),
        (" ,", ","),
        (" ;", ";"),
        (" : ", ": "),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ?", "?"),
        ("' ", "'"),
        (" !", "!"),
        ("->", " -> "),
        ("  ", " "),
        ("  ", " "),
    ];
    // Whether a method changes the `self` that it takes is its own affair.
    let text = tight.iter().fold(text, |text, (from, to)| text.replace(from, to));
    text.replace("(mut self", "(self").trim().to_owned()
}

fn fields(fields: &Fields, of: &str, all: &mut BTreeSet<String>, are_public: bool) {
    for (index, field) in fields.iter().enumerate() {
        if (are_public || is_public(&field.vis, &field.attrs)) && !is_hidden(&field.attrs) {
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
            all.insert(format!("{of}.{name}: {}", text(&field.ty)));
        }
    }
}

/// Adds the members that `items` give to types and traits.
fn collect(items: &[Item], members: &mut Members) {
    for item in items {
        match item {
            Item::Struct(it) if is_public(&it.vis, &it.attrs) => {
                let all = members.entry(it.ident.to_string()).or_default();
                all.insert(format!("struct {}{}", it.ident, text(&it.generics)));
                fields(&it.fields, "", all, false);
            }
            Item::Enum(it) if is_public(&it.vis, &it.attrs) => {
                let all = members.entry(it.ident.to_string()).or_default();
                all.insert(format!("enum {}{}", it.ident, text(&it.generics)));
                for variant in it.variants.iter().filter(|variant| !is_hidden(&variant.attrs)) {
                    all.insert(format!("::{}", variant.ident));
                    fields(&variant.fields, &format!("::{}", variant.ident), all, true);
                }
            }
            Item::Trait(it) if is_public(&it.vis, &it.attrs) => {
                let all = members.entry(it.ident.to_string()).or_default();
                all.insert(format!("trait {}{}: {}", it.ident, text(&it.generics), text(&it.supertraits)));
                for item in &it.items {
                    let (attrs, of) = match item {
                        TraitItem::Fn(it) => (&it.attrs, text(&it.sig)),
                        TraitItem::Const(it) => (&it.attrs, format!("const {}: {}", it.ident, text(&it.ty))),
                        TraitItem::Type(it) => {
                            (&it.attrs, format!("type {}: {}", it.ident, text(&it.bounds)))
                        }
                        _ => continue,
                    };
                    if !is_hidden(attrs) {
                        all.insert(format!("::{of}"));
                    }
                }
            }
            Item::Type(it) if is_public(&it.vis, &it.attrs) => {
                let all = members.entry(it.ident.to_string()).or_default();
                all.insert(format!("type {}{} = {}", it.ident, text(&it.generics), text(&it.ty)));
            }
            Item::Impl(it) if !is_hidden(&it.attrs) => {
                let of = text(&it.self_ty);
                let name = of.split(['<', ' ']).next().unwrap_or_default().to_owned();
                let all = members.entry(name).or_default();
                if let Some((path, _)) = &it.trait_ {
                    all.insert(format!("impl {} for {of}", text(path)));
                    continue;
                }
                for item in &it.items {
                    match item {
                        ImplItem::Fn(it) if is_public(&it.vis, &it.attrs) => {
                            all.insert(format!("::{}", text(&it.sig)));
                        }
                        ImplItem::Const(it) if is_public(&it.vis, &it.attrs) => {
                            all.insert(format!("::const {}: {}", it.ident, text(&it.ty)));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// The names that a `use` declares.
fn names(tree: &UseTree, all: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => names(&path.tree, all),
        UseTree::Name(name) => drop(all.insert(name.ident.to_string())),
        UseTree::Rename(name) => drop(all.insert(name.rename.to_string())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| names(tree, all)),
        UseTree::Glob(_) => panic!("a glob exports names that this test does not see"),
    }
}

/// The public names of each module.
fn exported(module: &str, items: &[Item], modules: &mut BTreeMap<String, BTreeSet<String>>) {
    let source = root().join("sdk-runtime/src");
    for item in items {
        let all = modules.entry(module.to_owned()).or_default();
        match item {
            Item::Use(it) if is_public(&it.vis, &it.attrs) => names(&it.tree, all),
            Item::Struct(it) if is_public(&it.vis, &it.attrs) => drop(all.insert(it.ident.to_string())),
            Item::Enum(it) if is_public(&it.vis, &it.attrs) => drop(all.insert(it.ident.to_string())),
            Item::Trait(it) if is_public(&it.vis, &it.attrs) => drop(all.insert(it.ident.to_string())),
            Item::Type(it) if is_public(&it.vis, &it.attrs) => drop(all.insert(it.ident.to_string())),
            Item::Mod(it) if is_public(&it.vis, &it.attrs) => {
                let name = format!("{module}::{}", it.ident);
                let path = name.split("::").skip(1).collect::<Vec<_>>().join("/");
                match &it.content {
                    Some((_, items)) => exported(&name, items, modules),
                    None => {
                        let files =
                            [format!("{path}.rs"), format!("{path}/mod.rs")].map(|it| source.join(it));
                        let file = files.iter().find(|file| file.exists()).unwrap();
                        exported(&name, &parse(file).items, modules);
                    }
                }
            }
            _ => {}
        }
    }
}

#[test]
fn the_public_interface_is_the_one_that_is_written_down() {
    let source = root().join("sdk-runtime/src");
    let (mut files, mut members, mut modules) = (Vec::new(), Members::new(), BTreeMap::new());
    sources(&source, &mut files);
    files.retain(|file| !file.to_string_lossy().contains("macro_support"));
    files.iter().for_each(|file| collect(&parse(file).items, &mut members));
    exported("sdk_runtime", &parse(&source.join("lib.rs")).items, &mut modules);
    let mut found = String::new();
    for (module, names) in modules.iter().filter(|(_, names)| !names.is_empty()) {
        found.push_str(&format!("{module}\n"));
        for name in names {
            found.push_str(&format!("  {name}\n"));
            // A name at the root is described in its module.
            let is_elsewhere =
                |(other, names): (&String, &BTreeSet<String>)| other != module && names.contains(name);
            if module != "sdk_runtime" || !modules.iter().any(is_elsewhere) {
                let all = members.get(name).into_iter().flatten();
                all.for_each(|member| found.push_str(&format!("    {member}\n")));
            }
        }
    }
    let path = root().join("tests/api/public.txt");
    if std::env::var_os("API").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let (old, new): (BTreeSet<_>, BTreeSet<_>) = (expected.lines().collect(), found.lines().collect());
    let (gone, added): (Vec<_>, Vec<_>) = (old.difference(&new).collect(), new.difference(&old).collect());
    assert!(
        expected == found,
        "gone: {gone:#?}\nadded: {added:#?}\nIf this is meant, run `API=write cargo test --test api`, and \
         name the change in CHANGELOG.md and docs/upgrading.md."
    );
}

/// The names of every day.
#[test]
fn the_root_holds_few_names() {
    let mut modules = BTreeMap::new();
    exported("sdk_runtime", &parse(&root().join("sdk-runtime/src/lib.rs")).items, &mut modules);
    assert!(modules["sdk_runtime"].len() <= 31, "{:?}", modules["sdk_runtime"]);
}
