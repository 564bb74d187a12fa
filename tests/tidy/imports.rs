//! Import graph of source files: which file of `src` names which other by a path.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Source, tokens};

pub(crate) type Imports = BTreeMap<String, BTreeSet<String>>;

/// The files that each file below `directory` names, by their paths from the root of the workspace.
pub(crate) fn below(directory: &str, sources: &[Source]) -> Imports {
    let files: BTreeSet<&str> = sources.iter().map(|file| file.path.as_str()).collect();
    let inside = |file: &&Source| file.is_rust() && file.path.starts_with(directory) && !file.is_test();
    let mut imports = Imports::new();
    for file in sources.iter().filter(inside) {
        let named = imports.entry(file.path.clone()).or_default();
        let (source, module) = module_of(&file.path);
        let children = children(file);
        let mut roots = vec!["crate", "super", "self"];
        roots.extend(children.iter().map(String::as_str));
        for path in file.named(&roots) {
            let mut module = module.clone();
            for part in &path.path {
                match part.as_str() {
                    "crate" => module.clear(),
                    "super" => drop(module.pop()),
                    "self" => {}
                    name => module.push(name.to_owned()),
                }
            }
            named.extend(file_of(source, module, &files).filter(|used| *used != file.path));
        }
    }
    imports
}

/// The files that `imports` leads to from those of which `is_start` is true, these included.
pub(crate) fn reached(imports: &Imports, is_start: impl Fn(&str) -> bool) -> BTreeSet<&str> {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut next: Vec<&str> = imports.keys().map(String::as_str).filter(|file| is_start(file)).collect();
    while let Some(file) = next.pop() {
        if reached.insert(file) {
            next.extend(imports.get(file).into_iter().flatten().map(String::as_str));
        }
    }
    reached
}

/// The source directory of the crate that `path` lies in, and the module of the file.
fn module_of(path: &str) -> (&str, Vec<String>) {
    let (source, inside) = path.split_at(path.find("/src/").map_or(0, |at| at + "/src/".len()));
    let mut module: Vec<String> = inside.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    module.pop_if(|last| matches!(last.as_str(), "mod" | "lib"));
    (source, module)
}

/// The modules that `file` declares and other files hold.
fn children(file: &Source) -> Vec<String> {
    let code = file.code();
    let texts: Vec<&str> = tokens(&code).iter().map(|token| token.text).collect();
    let declared = texts.windows(3).filter(|texts| texts[0] == "mod" && texts[2] == ";");
    declared.map(|texts| texts[1].to_owned()).collect()
}

/// The file that holds `path`, which may name an item of it.
fn file_of(source: &str, mut path: Vec<String>, files: &BTreeSet<&str>) -> Option<String> {
    while !path.is_empty() {
        let base = format!("{source}{}", path.join("/"));
        for file in [format!("{base}.rs"), format!("{base}/mod.rs")] {
            if files.contains(file.as_str()) {
                return Some(file);
            }
        }
        path.pop();
    }
    None
}
