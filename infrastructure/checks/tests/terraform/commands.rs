//! Terraform's commands on the operations pages: run in their order, and held against the roots that they name.

use std::time::Instant;

use infrastructure_checks::{files, path, run, text};

use crate::{
    stand_in::Aws,
    tree::{self, TERRAFORM, Tree},
};

const STORE_ROOT: &str = "infrastructure/terraform/store";

/// What a block may consist of to be run against the stand-in.
const RUN: [&str; 3] = ["terraform", "printf", "rm"];

/// The blocks of a page that a shell takes.
fn blocks(page: &str) -> Vec<String> {
    let text = text(page);
    let parts = text.split("```");
    parts.filter_map(|part| part.strip_prefix("sh\n")).map(str::to_owned).collect()
}

/// A block's commands, a line each; what follows `<<END` is a command's input.
fn commands(block: &str) -> Vec<&str> {
    let mut inside = false;
    let mut commands = Vec::new();
    for line in block.lines() {
        if inside {
            inside = line != "END";
        } else {
            inside = line.contains("<<END");
            commands.push(line);
        }
    }
    commands
}

fn program(command: &str) -> &str {
    command.split_whitespace().next().unwrap_or_default()
}

/// Runs the blocks of a page that are Terraform's alone, in their order.
pub fn execute(tree: &Tree, aws: &Aws, page: &str) {
    let runnable = |block: &String| commands(block).iter().all(|command| RUN.contains(&program(command)));
    let mut count = 0;
    for block in blocks(page).into_iter().filter(runnable) {
        let mut shell = tree::shell(tree, &block);
        shell.envs([
            ("TF_CLI_ARGS_apply", "-auto-approve -no-color"),
            ("TF_CLI_ARGS_destroy", "-auto-approve -no-color"),
        ]);
        let started = Instant::now();
        tell(page, &run(aws.speak_to(&mut shell)), started);
        count += 1;
    }
    assert!(count > 0, "{page} has nothing that can be run");
}

/// Prints what Terraform says at the end of a plan, an apply or a destroy, and how long it took.
pub fn tell(what: &str, said: &str, started: Instant) {
    let ends = ["No changes.", "Apply complete!", "Destroy complete!"];
    for line in said.lines().filter(|line| ends.iter().any(|end| line.starts_with(end))) {
        println!("  terraform: {what}: {line}  {:.0} s", started.elapsed().as_secs_f32());
    }
}

/// Looks up what a page's commands of Terraform name; how many there are.
pub fn check(page: &str) -> usize {
    let blocks = blocks(page);
    let all: Vec<&str> = blocks
        .iter()
        .flat_map(|block| commands(block))
        .filter(|command| program(command) == "terraform")
        .inspect(|command| check_terraform(page, command))
        .collect();
    // Whoever was in another environment before is in this one from here on.
    let first = all.iter().find(|command| command.contains(STORE_ROOT)).unwrap_or_else(|| panic!("{page}: no store"));
    assert!(first.contains(" init -reconfigure -backend-config="), "{page} begins in any environment: {first}");
    all.len()
}

/// The root is there, and so are the files, the variables and the outputs that the command names.
fn check_terraform(page: &str, command: &str) {
    let words: Vec<&str> = command.split_whitespace().collect();
    let root = words[1].strip_prefix("-chdir=").unwrap_or_else(|| panic!("{page}: no -chdir: {command}"));
    assert!(root.starts_with(TERRAFORM) && path(root).join("main.tf").is_file(), "{page}: no root {root}");
    let all: String = files(root, &["tf"]).iter().map(|file| text(file)).collect();
    let given = |option: &str| words.iter().find_map(|word| word.strip_prefix(option));
    for file in ["-var-file=", "-backend-config="].iter().filter_map(|option| given(option)) {
        assert!(path(root).join(file).is_file(), "{page}: no {file} in {root}");
    }
    let takes_values = ["plan", "apply", "destroy", "import"].contains(&words[2]);
    assert!(root != STORE_ROOT || given("-var-file=").is_some() == takes_values, "{page}: whose values? {command}");
    for pair in words.windows(2) {
        if pair[0] == "-var" {
            let name = pair[1].trim_start_matches('\'').split('=').next().unwrap();
            assert!(all.contains(&format!("variable \"{name}\"")), "{page}: no variable {name} in {root}");
        }
        if pair[0] == "output" {
            assert!(all.contains(&format!("output \"{}\"", pair[1])), "{page}: no output {} in {root}", pair[1]);
        }
    }
}
