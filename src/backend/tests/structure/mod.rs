//! The modules of the library import one another in one direction: a reader can start at the bottom, and a change of one module
//! reaches those above it alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use syn::{
    Attribute, Item, ItemMod, ItemUse, UseTree,
    visit::{self, Visit},
};

/// What each module imports, and in which file.
type Imports = BTreeMap<String, BTreeMap<String, String>>;

/// Reads the imports of one file.
struct Reader<'a> {
    /// The path of the file's module from the crate's root.
    module: Vec<String>,
    file: &'a str,
    imports: &'a mut Imports,
}

impl Reader<'_> {
    /// Records an import of an absolute or relative path, unless it stays within its top-level module.
    fn record(&mut self, path: &[String]) {
        let (mut module, mut rest) = (self.module.clone(), path);
        if !matches!(path.first().map(String::as_str), Some("crate" | "super")) {
            return;
        }
        while let Some((first, after)) =
            rest.split_first().filter(|(first, _)| matches!(first.as_str(), "crate" | "super"))
        {
            if first == "crate" {
                module.clear();
            } else {
                module.pop();
            }
            rest = after;
        }
        let imported = module.first().or(rest.first()).cloned().unwrap_or_default();
        let (Some(importer), true) = (self.module.first(), !imported.is_empty()) else { return };
        if *importer != imported {
            self.imports.entry(importer.clone()).or_default().entry(imported).or_insert_with(|| self.file.to_owned());
        }
    }

    fn record_tree(&mut self, prefix: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| prefix.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.record_tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.record(&with(&name.ident)),
            UseTree::Rename(name) => self.record(&with(&name.ident)),
            UseTree::Glob(_) => self.record(prefix),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.record_tree(prefix, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        // Tests may know everything.
        let attributes = match item {
            Item::Mod(ItemMod { attrs, .. }) | Item::Use(ItemUse { attrs, .. }) => attrs.as_slice(),
            _ => &[],
        };
        if !attributes.iter().any(is_of_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.record_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.record(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        visit::visit_path(self, path);
    }
}

fn is_of_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|flag| flag == "test")
}

/// The imports of these files, each with its path below the crate's root.
fn imports<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Imports {
    let mut imports = Imports::new();
    for (file, source) in files {
        let mut module: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        module.pop_if(|last| last == "mod");
        let file_syntax = syn::parse_file(source).unwrap_or_else(|error| panic!("{file}: {error}"));
        Reader { module, file, imports: &mut imports }.visit_file(&file_syntax);
    }
    imports
}

/// The imports that lie on circles or between them, as `importer → imported (file)`; none when all go in one direction.
fn circles(mut imports: Imports) -> Vec<String> {
    loop {
        let importers: BTreeSet<String> = imports.keys().cloned().collect();
        // What imports nothing that itself imports something is at the bottom.
        imports.values_mut().for_each(|imported| imported.retain(|name, _| importers.contains(name)));
        let before = imports.len();
        imports.retain(|_, imported| !imported.is_empty());
        if imports.len() == before {
            break;
        }
    }
    let edges = imports.iter().flat_map(|(importer, imported)| {
        imported.iter().map(move |(name, file)| format!("{importer} → {name} ({file})"))
    });
    edges.collect()
}

fn sources(folder: &Path, below: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            sources(&path, &format!("{name}/"), found);
        } else if name.ends_with(".rs") && !matches!(&*name, "lib.rs" | "main.rs") {
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn modules_import_one_another_in_one_direction() {
    for (folder, expected) in [("src", 20), ("local/src", 2)] {
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), "", &mut files);
        let imports = imports(files.iter().map(|(file, source)| (file.as_str(), source.as_str())));
        assert!(imports.len() >= expected, "few modules of {folder} import anything: {:?}", imports.keys());
        let circles = circles(imports);
        assert!(circles.is_empty(), "these imports of {folder} go in circles:\n{}", circles.join("\n"));
    }
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let chain = [
        ("a.rs", "use crate::b::{self, c};"),
        ("b/mod.rs", "pub mod c;"),
        ("b/c.rs", "use super::Thing; use std::fs;"),
    ];
    assert_eq!(circles(imports(chain)), Vec::<String>::new());
    for back in
        ["use crate::a;", "use super::super::a::{x as y};", "fn f() { crate::a::g() }", "type T = Vec<crate::a::X>;"]
    {
        let mut files = chain;
        files[2].1 = back;
        assert_eq!(circles(imports(files)), ["a → b (a.rs)", "b → a (b/c.rs)"], "{back}");
    }
    let mut in_tests = chain;
    in_tests[2].1 = "#[cfg(test)] mod tests { use crate::a; }";
    assert!(circles(imports(in_tests)).is_empty());
}
