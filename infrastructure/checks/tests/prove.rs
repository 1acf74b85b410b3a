//! The checks, checked: every mutation of `mutations/*.yaml` is made in a scratch copy, and the test that it names must fail
//! there. Run by `make prove-infra`, since it takes every check several times; `FIELD=docs` takes those of one file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    thread,
    time::Instant,
};

use infrastructure_checks::{documents, files, path, root, run, text, try_run};
use serde_json::Value;
use tempfile::TempDir;

const MUTATIONS: &str = "infrastructure/checks/mutations";

/// One small breakage, and the test function that must see it.
#[derive(Clone)]
struct Mutation {
    field: String,
    name: String,
    file: String,
    find: String,
    replace: String,
    check: String,
}

#[test]
#[ignore = "minutes: make prove-infra"]
fn every_mutation_is_caught_by_its_check() {
    let (mutations, programs) = (mutations(), programs());
    let checks: BTreeSet<String> = mutations.iter().map(|mutation| mutation.check.clone()).collect();
    for check in &checks {
        let found = programs.get(check).map_or(0, Vec::len);
        assert_eq!(found, 1, "{check} is the name of {found} tests");
    }

    let broken: BTreeMap<String, String> = at_once(checks.iter().cloned().collect(), |check: String, tree| {
        programs[&check][0].run(&check, tree).err().map(|said| (check, said))
    })
    .into_iter()
    .flatten()
    .collect();

    let count = mutations.len();
    let proofs = at_once(mutations, |mutation, tree| match broken.get(&mutation.check) {
        Some(said) => Err(format!("{}: {} fails without a mutation:\n{said}", mutation.name, mutation.check)),
        None => mutation.prove(&programs[&mutation.check][0], tree),
    });
    let unproved: Vec<String> = proofs.into_iter().filter_map(Result::err).collect();
    assert!(unproved.is_empty(), "{} of {count} are not proved:\n{}", unproved.len(), unproved.join("\n"));
    println!("  proof: {count} mutations, caught by {} checks", checks.len());
}

impl Mutation {
    /// Prints its row of the table when it is caught.
    ///
    /// # Errors
    /// When it is not; says why.
    fn prove(&self, program: &Program, tree: &Path) -> Result<(), String> {
        let Self { field, name, file, find, replace, check } = self;
        let target = tree.join(file);
        let before = fs::read_to_string(&target).map_err(|error| format!("  {field}: {name}: {file}: {error}"))?;
        let times = before.matches(find.as_str()).count();
        if times != 1 {
            return Err(format!("  {field}: {name}: {file} has the text {times} times"));
        }
        fs::write(&target, before.replace(find.as_str(), replace)).unwrap();
        let started = Instant::now();
        let outcome = program.run(check, tree);
        fs::write(&target, before).unwrap();
        match outcome {
            Ok(said) => Err(format!("  {field}: {name}: {check} passes\n{said}")),
            Err(_) => {
                println!("  {field:<12} {name:<62} {check}  {:.1} s", started.elapsed().as_secs_f32());
                Ok(())
            }
        }
    }
}

fn mutations() -> Vec<Mutation> {
    let field = env::var("FIELD").ok();
    let mut found: Vec<Mutation> = files(MUTATIONS, &["yaml"]).iter().flat_map(|file| of_a_field(file)).collect();
    found.retain(|mutation| field.as_ref().is_none_or(|field| *field == mutation.field));
    assert!(!found.is_empty(), "no mutation of {} is in {MUTATIONS}", field.as_deref().unwrap_or("any field"));
    found
}

fn of_a_field(file: &str) -> Vec<Mutation> {
    let field = Path::new(file).file_stem().unwrap().to_string_lossy().into_owned();
    let list = documents(&text(file)).into_iter().flat_map(|list| list.as_array().cloned().unwrap_or_default());
    list.map(|entry| {
        let get =
            |key: &str| entry[key].as_str().unwrap_or_else(|| panic!("{file}: {key} is missing in {entry}")).to_owned();
        let (find, replace) = (get("find"), get("replace"));
        assert_ne!(find, replace, "{file}: {entry}");
        Mutation { field: field.clone(), name: get("name"), file: get("file"), find, replace, check: get("check") }
    })
    .collect()
}

/// A compiled test file, and the name by which it knows a test.
struct Program {
    executable: PathBuf,
    test: String,
}

impl Program {
    fn run(&self, check: &str, tree: &Path) -> Result<String, String> {
        let here = env!("CARGO_MANIFEST_DIR");
        let mut command = Command::new(&self.executable);
        command.args(["--exact", &self.test, "--nocapture"]).env("CHECKED_TREE", tree).current_dir(here);
        try_run(&mut command).map_err(|said| format!("{check}: {said}"))
    }
}

/// Where each test function is. Cargo has compiled everything by now and only tells the names.
fn programs() -> BTreeMap<String, Vec<Program>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--locked", "--package", "infrastructure-checks", "--no-run", "--message-format=json"]);
    let said = run(cargo.current_dir(env!("CARGO_MANIFEST_DIR")));
    let messages = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let executables = messages.filter_map(|message| Some(PathBuf::from(message["executable"].as_str()?)));
    let listed = executables.flat_map(|executable| {
        let tests = run(Command::new(&executable).args(["--list", "--format=terse"]));
        let names: Vec<String> =
            tests.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect();
        names.into_iter().map(move |test| (executable.clone(), test))
    });
    let mut programs: BTreeMap<String, Vec<Program>> = BTreeMap::new();
    for (executable, test) in listed {
        let check = test.rsplit("::").next().unwrap().to_owned();
        programs.entry(check).or_default().push(Program { executable, test });
    }
    programs
}

/// Works through a list with a thread for each core, each in a scratch copy of its own.
fn at_once<T: Send, R: Send>(list: Vec<T>, work: impl Fn(T, &Path) -> R + Sync) -> Vec<R> {
    let (left, done) = (Mutex::new(list.into_iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let tree = scratch_copy();
                loop {
                    let next = left.lock().unwrap().next();
                    let Some(next) = next else { break };
                    let result = work(next, tree.path());
                    done.lock().unwrap().push(result);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// The tracked files as they are now, in a repository of their own, since some tools look for one.
fn scratch_copy() -> TempDir {
    let copy = TempDir::new().unwrap();
    let git = |arguments: &[&str]| run(Command::new("git").args(arguments).current_dir(copy.path()));
    for file in run(Command::new("git").args(["ls-files", "-z"]).current_dir(root())).split_terminator('\0') {
        let target = copy.path().join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        // A file that was deleted and not yet committed is still listed.
        if path(file).is_file() {
            fs::copy(path(file), target).unwrap();
        }
    }
    git(&["init", "--quiet", "--initial-branch", "main"]);
    git(&["add", "--all"]);
    git(&[
        "-c",
        "user.name=check",
        "-c",
        "user.email=check@example.com",
        "commit",
        "--quiet",
        "--message",
        "checks: Copy",
    ]);
    copy
}
