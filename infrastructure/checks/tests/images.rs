//! Holds the images against their linters and a policy, and does what they do as far as it goes without Docker: the build stage
//! of the program is replayed, and the storefront is started from what its image has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeSet, path::Path, process::Command};

use infrastructure_checks::{
    checkov, documents,
    images::{DOCKERFILES, Stage, WORKDIR, context, copy_from_context, stages},
    root, run, text, tool, tools,
};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn hadolint_finds_nothing() {
    for (_, file) in DOCKERFILES {
        run(tool("hadolint").args(["--config", "infrastructure/checks/hadolint.yaml", "--no-color", file]));
    }
    println!("  hadolint: {} Dockerfiles", DOCKERFILES.len());
}

#[test]
fn checkov_accepts_the_dockerfiles() {
    let (mut passed, mut skipped) = (0, 0);
    for (_, file) in DOCKERFILES {
        let counts = checkov::expect_clean("dockerfile", &["--file", file]);
        passed += counts.0;
        skipped += counts.1;
    }
    println!("  checkov: {passed} checks of Dockerfiles, {skipped} skipped with a reason");
}

#[test]
fn images_follow_the_policy() {
    for (image, file) in DOCKERFILES {
        let stages = stages(file);
        assert!(stages.len() > 1, "{file}: what builds must not be in the image");
        for (number, stage) in stages.iter().enumerate() {
            let base = stage[0].rest.split(' ').next().unwrap();
            let is_stage = stages[..number].iter().any(|stage| stage[0].rest.ends_with(&format!(" AS {base}")));
            assert!(
                is_stage || base.contains(':') && !base.ends_with(":latest"),
                "{file}: {base} may be another one tomorrow"
            );
        }
        let last = stages.last().unwrap();
        let of = |keyword: &str| {
            last.iter().filter(|line| line.keyword == keyword).map(|line| line.rest.as_str()).collect::<Vec<_>>()
        };
        assert!(
            last[0].rest.starts_with("gcr.io/distroless/") && !last[0].rest.contains("debug"),
            "{image} has a shell"
        );
        assert_eq!(of("RUN"), [""; 0], "{image} has no shell that could");
        assert_eq!(of("USER"), ["65532:65532"], "{image}: a number, so that Kubernetes can see that it is not root");
        let entry: Vec<String> =
            serde_json::from_str(of("ENTRYPOINT")[0]).expect("words as JSON, since there is no shell");
        assert!(entry[0].starts_with('/'), "{image}: {entry:?}");
        for check in of("HEALTHCHECK") {
            let (_, command) = check.split_once("CMD ").unwrap_or_else(|| panic!("{image}: {check}"));
            serde_json::from_str::<Vec<String>>(command).expect("words as JSON, since there is no shell");
        }
        assert!(stages.iter().flatten().all(|line| line.keyword != "ADD"), "{file}");
        expect_arguments(file, &stages);
    }
    println!("  images: {} follow the policy", DOCKERFILES.len());
}

/// The commit is all that an image is told, by its last layer of building, since each is another one.
fn expect_arguments(file: &str, stages: &[Stage]) {
    let build = &stages[0];
    let used = text("src/backend/src/registry/mod.rs").contains("option_env!(\"GIT_COMMIT\")");
    let expected: &[&str] = if file.starts_with("src/backend/") && used { &["GIT_COMMIT"] } else { &[] };
    let arguments: Vec<&str> =
        stages.iter().flatten().filter(|line| line.keyword == "ARG").map(|line| line.rest.as_str()).collect();
    assert_eq!(arguments, expected, "{file}");
    if let Some(told) = build.iter().position(|line| line.keyword == "ARG") {
        let last = build.iter().rposition(|line| line.rest.contains("cargo build")).unwrap();
        assert_eq!(told + 1, last, "{file}: every commit builds what comes after it again");
    }
}

#[test]
fn what_is_pinned_by_tag_alone_is_listed() {
    let bases = DOCKERFILES.iter().flat_map(|(_, file)| stages(file)).map(|stage| stage[0].rest.clone());
    let mut used: BTreeSet<String> = bases.map(|base| base.split(' ').next().unwrap().to_owned()).collect();
    let compose = documents(&text("compose.yaml")).remove(0);
    let services = compose["services"].as_object().unwrap().values();
    let others = services.filter(|service| service["build"].is_null());
    used.extend(others.filter_map(|service| service["image"].as_str()).map(str::to_owned));
    // Without a tag it is a stage of the same file.
    used.retain(|image| image.contains(':') && !image.contains("@sha256:"));
    let pins = text("docs/operations/pins.md");
    let rows = pins.split("## By tag alone").nth(1).unwrap().lines().filter_map(|line| line.strip_prefix("| `"));
    let listed: BTreeSet<String> = rows.map(|row| row.split('`').next().unwrap().to_owned()).collect();
    assert_eq!(used, listed, "docs/operations/pins.md");
    println!("  images: {} are pinned by a tag, and listed", used.len());
}

/// A change of a source must not build the dependencies again.
#[test]
fn dependencies_have_a_layer_of_their_own() {
    let manifests = ["Cargo.toml", "Cargo.lock", ".cargo", "package.json", "package-lock.json"];
    for (_, file) in DOCKERFILES {
        let build = stages(file).remove(0);
        let copies = build.iter().take_while(|line| line.keyword != "RUN").filter(|line| line.keyword == "COPY");
        for source in copies.flat_map(|copy| copy.arguments().split_last().unwrap().1.to_vec()) {
            assert!(manifests.contains(&source.rsplit('/').next().unwrap()), "{file}: {source} is copied too early");
        }
        assert!(build.iter().filter(|line| line.keyword == "RUN").count() > 1, "{file}");
    }
}

#[test]
fn images_are_built_by_what_make_runs() {
    let targets = ["up", "prove-limits"];
    let made = run(Command::new("make").args(["--dry-run", "--always-make"]).args(targets).current_dir(root()));
    let mut count = 0;
    for line in DOCKERFILES.iter().flat_map(|(_, file)| stages(file)).flatten().filter(|line| line.keyword == "RUN") {
        for command in line.commands() {
            let prepares = ["mkdir ", "touch ", "echo ", "cp "].iter().any(|word| command.starts_with(word));
            assert!(prepares || made.contains(command), "make does not run `{command}`");
            count += usize::from(!prepares);
        }
    }
    println!("  images: {count} commands are those of make");
}

/// The build stage of the program in an empty folder, checking instead of building.
#[test]
fn the_program_builds_from_its_context() {
    let (context, folder) = (context(), TempDir::new().unwrap());
    let stage = stages("src/backend/Dockerfile").remove(0);
    let built = replay(&stage, &context, folder.path());
    assert_eq!(built.len(), 2, "the dependencies, then the program");
    assert!(built[1].iter().any(|name| name == "devopsify"), "the program would be the empty one of the layer before");
    assert!(built[1].len() <= 3, "the dependencies are built again: {:?}", built[1]);
    let copied = stages("src/backend/Dockerfile").pop().unwrap();
    let from = copied.iter().find(|line| line.keyword == "COPY").unwrap().arguments()[0].to_owned();
    assert_eq!(from, format!("{WORKDIR}target/release/devopsify"));
    println!("  images: the program compiles from {} files, its dependencies from manifests alone", context.len());
}

/// What each `cargo` of the stage had to compile.
fn replay(stage: &Stage, context: &[String], folder: &Path) -> Vec<Vec<String>> {
    let mut compiled = Vec::new();
    for line in stage {
        match line.keyword.as_str() {
            "COPY" => copy_from_context(line, context, folder),
            "RUN" => {
                let script = line.rest.replace("cargo build --release", "cargo check --message-format=json");
                let mut shell = Command::new("sh");
                shell
                    .args(["-ec", &script])
                    .current_dir(folder)
                    .env("CARGO_INCREMENTAL", "0")
                    .env_remove("SQLX_OFFLINE");
                let said = run(shell.env("CARGO_TARGET_DIR", tools().join("..")));
                if script.contains("cargo ") {
                    compiled.push(not_fresh(&said));
                }
            }
            _ => {}
        }
    }
    compiled
}

fn not_fresh(messages: &str) -> Vec<String> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let built = messages.filter(|message| message["reason"] == "compiler-artifact" && message["fresh"] == false);
    built.map(|message| message["target"]["name"].as_str().unwrap().to_owned()).collect()
}

/// What is linked from the system is what the image's base has: glibc and libgcc.
#[test]
fn the_program_links_what_its_image_has() {
    let mut tree = Command::new(env!("CARGO"));
    tree.args([
        "tree",
        "--locked",
        "--package=devopsify",
        "--features=jemalloc",
        "--edges=normal",
        "--prefix=none",
        "--format={p}",
    ]);
    let tree = run(tree.arg("--target=x86_64-unknown-linux-gnu").current_dir(root()));
    let names = tree.lines().filter_map(|line| line.split(' ').next()).filter(|name| name.ends_with("-sys"));
    // One is Linux itself, the others are compiled into the program.
    let known = BTreeSet::from(["linux-raw-sys", "libwebp-sys", "tikv-jemalloc-sys"]);
    assert_eq!(names.collect::<BTreeSet<_>>(), known, "does it need a library of the system's?");
    let local = tree.lines().find(|line| line.starts_with("devopsify-"));
    assert_eq!(local, None, "what runs a store on one machine is not in the image");

    let built = ["release", "debug"].map(|profile| tools().join("..").join(profile).join("devopsify"));
    let Some(program) = built.iter().find(|program| program.is_file()) else {
        println!("  SKIPPED: what the program links: it is not built");
        return;
    };
    let base = ["linux-vdso.so.1", "libgcc_s.so.1", "libm.so.6", "libc.so.6"];
    let libraries = run(Command::new("ldd").arg(program));
    for library in libraries.lines().filter_map(|line| line.split_whitespace().next()) {
        assert!(base.contains(&library) || library.contains("/ld-linux-"), "the image has no {library}");
    }
    println!("  images: the program links {} libraries, all in its image", libraries.lines().count());
}
