//! The images' Dockerfiles, as far as they are read: instructions in stages, and the context that they copy from.

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
};

use crate::{path, root, run, text};

/// The Dockerfiles, by the image that each makes.
pub const DOCKERFILES: [(&str, &str); 2] =
    [("api", "src/backend/Dockerfile"), ("storefront", "src/frontend/Dockerfile")];

/// The folder that both work in.
pub const WORKDIR: &str = "/devopsify/";

/// An instruction and its arguments, on one line.
pub struct Instruction {
    /// Such as `COPY`.
    pub keyword: String,
    /// What follows it.
    pub rest: String,
}

impl Instruction {
    /// The arguments that are no options.
    pub fn arguments(&self) -> Vec<&str> {
        self.rest.split_whitespace().filter(|word| !word.starts_with("--")).collect()
    }

    /// The commands of a `RUN`.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.rest.split(" && ").map(str::trim)
    }
}

/// One `FROM` with what follows it.
pub type Stage = Vec<Instruction>;

/// The stages of a Dockerfile.
pub fn stages(file: &str) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let lines: Vec<String> =
        text(file).lines().filter(|line| !line.trim_start().starts_with('#')).map(str::to_owned).collect();
    for line in lines.join("\n").replace("\\\n", " ").lines() {
        let Some((keyword, rest)) = line.split_once(' ') else { continue };
        if keyword == "FROM" {
            stages.push(Vec::new());
        }
        let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        stages.last_mut().expect("FROM comes first").push(Instruction { keyword: keyword.into(), rest });
    }
    stages
}

/// The tracked files that `.dockerignore` leaves in the context.
pub fn context() -> Vec<String> {
    let rules = text(".dockerignore");
    let rules: Vec<&str> = rules.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let tracked = run(Command::new("git").args(["ls-files"]).current_dir(root()));
    // The last rule that fits the file, or a folder above it, decides.
    let taken = |file: &&str| {
        let decides = rules.iter().rev().find(|rule| fits(rule.trim_start_matches('!'), file));
        decides.is_none_or(|rule| rule.starts_with('!'))
    };
    tracked.lines().filter(taken).map(str::to_owned).collect()
}

/// Whether a rule names a file or a folder above it; `**/` is any folder, `*` any name.
fn fits(rule: &str, file: &str) -> bool {
    let (rule, anywhere) = rule.strip_prefix("**/").map_or((rule, false), |name| (name, true));
    let (rule, file): (Vec<&str>, Vec<&str>) = (rule.split('/').collect(), file.split('/').collect());
    let places = if anywhere { file.len() } else { 1 };
    (0..places).any(|start| {
        let part = &file[start..];
        part.len() >= rule.len() && rule.iter().zip(part).all(|(rule, name)| *rule == "*" || rule == name)
    })
}

/// Does what `COPY` does from the context: with the files' times, as Docker keeps them.
///
/// # Panics
/// When the context has none of what is copied.
pub fn copy_from_context(copy: &Instruction, context: &[String], into: &Path) {
    let mut arguments = copy.arguments();
    let target = arguments.pop().expect("COPY has a target");
    for source in arguments {
        let found: Vec<&String> =
            context.iter().filter(|file| *file == source || file.starts_with(&format!("{source}/"))).collect();
        assert!(!found.is_empty(), "COPY {}: {source} is not in the context", copy.rest);
        for file in found {
            let within = file.strip_prefix(source).unwrap_or_default().trim_start_matches('/');
            let name = Path::new(source).file_name().expect("a source has a name");
            let target = into.join(target);
            let target = match (within, target.to_string_lossy().ends_with('/') || target.ends_with(".")) {
                ("", true) => target.join(name),
                ("", false) => target,
                _ => target.join(within),
            };
            copy_file(&path(file), &target);
        }
    }
}

/// Copies a file with its time.
///
/// # Panics
/// When it cannot.
pub fn copy_file(source: &Path, target: &Path) {
    fs::create_dir_all(target.parent().expect("it is in a folder")).expect("the folder cannot be made");
    fs::copy(source, target).unwrap_or_else(|error| panic!("{} to {}: {error}", source.display(), target.display()));
    let modified = fs::metadata(source).and_then(|data| data.modified()).expect("a file has a time");
    File::options()
        .write(true)
        .open(target)
        .and_then(|file| file.set_modified(modified))
        .expect("its time cannot be set");
}
