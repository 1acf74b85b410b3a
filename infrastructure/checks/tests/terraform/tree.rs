//! A copy of Terraform's folder in which it is initialised, so that the repository stays clean.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use infrastructure_checks::{files, path, tool, tools, try_run};

pub const TERRAFORM: &str = "infrastructure/terraform";
/// The root of every environment.
pub const STORE: &str = "store";
pub const ENVIRONMENTS: [&str; 3] = ["development", "staging", "production"];

/// What a stand-in of AWS lacks, by module.
const OVERRIDES: [(&str, &str); 2] =
    [("eks", include_str!("overrides/eks.tf")), ("rds", include_str!("overrides/rds.tf"))];

/// The option that gives the store's root an environment's values.
pub fn values(environment: &str) -> String {
    format!("-var-file=environments/{environment}.tfvars")
}

/// A folder that has `infrastructure/terraform` as the repository has it.
pub struct Tree(PathBuf);

impl Tree {
    /// Terraform in a root, named below `infrastructure/terraform`.
    pub fn terraform(&self, root: &str) -> Command {
        let mut command = terraform();
        command.current_dir(self.0.join(TERRAFORM).join(root));
        command
    }

    /// The folder itself, in which the commands of pages are run.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// A fresh copy for a stand-in of AWS. It is an address without names below it, and nothing but the file itself tells
    /// Terraform's backend so. What it lacks is overridden.
    pub fn for_stand_in(name: &str) -> Self {
        let tree = copied(name);
        for (module, content) in OVERRIDES {
            let file = format!("modules/{module}/stand_in_override.tf");
            fs::write(tree.0.join(TERRAFORM).join(file), content).unwrap();
        }
        for root in ["bootstrap", STORE] {
            let file = tree.0.join(TERRAFORM).join(root).join("backend.tf");
            let backend = fs::read_to_string(&file).unwrap();
            let (before, after) = backend.split_once("use_lockfile = true\n").expect("a backend with a lock");
            fs::write(&file, format!("{before}use_lockfile = true\n use_path_style = true\n{after}")).unwrap();
        }
        tree
    }
}

/// Terraform with nothing of the machine's own but the provider.
fn terraform() -> Command {
    let mut command = tool("terraform");
    let cache = tools().join("terraform/plugins");
    fs::create_dir_all(&cache).unwrap();
    // Terraform warns about a missing file of settings, in the midst of what it prints.
    if env::var_os("TF_CLI_CONFIG_FILE").is_some_and(|file| !Path::new(&file).is_file()) {
        command.env_remove("TF_CLI_CONFIG_FILE");
    }
    command.envs([("CHECKPOINT_DISABLE", "1"), ("TF_IN_AUTOMATION", "1"), ("TF_INPUT", "0")]);
    // A lock file guards every root; without it the cache could not be used where the lock has one platform's hash.
    command.env("TF_CLI_ARGS_init", "-lockfile=readonly");
    match env::var_os("TF_PLUGIN_DIR") {
        Some(folder) => {
            command.env("TF_CLI_ARGS_init", format!("-lockfile=readonly -plugin-dir={}", folder.to_string_lossy()))
        }
        None => command.env("TF_PLUGIN_CACHE_DIR", cache),
    };
    command
}

/// The roots: bootstrap, the store, and each module by itself.
pub fn roots() -> Vec<String> {
    let mut roots: Vec<String> = files(TERRAFORM, &["tf"])
        .iter()
        .filter(|file| file.ends_with("/versions.tf"))
        .map(|file| file.trim_start_matches(TERRAFORM).trim_matches('/').trim_end_matches("/versions.tf").to_owned())
        .collect();
    roots.sort();
    roots
}

/// The roots below a folder that have tests.
pub fn tested(folder: &str) -> Vec<String> {
    let has_tests = |root: &String| path(&format!("{TERRAFORM}/{root}/tests")).is_dir();
    roots().into_iter().filter(|root| root.starts_with(folder)).filter(has_tests).collect()
}

fn copied(name: &str) -> Tree {
    // Below the tree that is checked, since several scratch copies are checked at once.
    let folder = path("target/infrastructure/terraform").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    for file in files(TERRAFORM, &["tf", "hcl", "tfvars"]) {
        let to = folder.join(&file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(path(&file), to).unwrap();
    }
    Tree(folder)
}

/// The copy with every root initialised, once for all tests; none, and a loud line, where there is no provider.
pub fn prepared(what: &str) -> Option<&'static Tree> {
    static TREE: OnceLock<Option<Tree>> = OnceLock::new();
    let tree = TREE.get_or_init(|| {
        let tree = copied("tree");
        let lock = tree.0.join(TERRAFORM).join("bootstrap/.terraform.lock.hcl");
        for (number, root) in roots().iter().enumerate() {
            let own = tree.0.join(TERRAFORM).join(root).join(".terraform.lock.hcl");
            if root.starts_with("modules/") {
                // A module has no lock of its own; it is tested with the roots' provider.
                fs::copy(&lock, own).unwrap();
            }
            let initialised = try_run(tree.terraform(root).args(["init", "-backend=false", "-no-color"]));
            match initialised {
                Err(said) if number == 0 && no_provider(&said) => return None,
                result => result.unwrap_or_else(|said| panic!("{said}")),
            };
        }
        Some(tree)
    });
    if tree.is_none() {
        assert!(env::var_os("GITHUB_ACTIONS").is_none(), "a workflow reaches the registry, and skips nothing");
        println!("  terraform: SKIPPED {what}: 1 check without the AWS provider; give its folder by TF_PLUGIN_DIR");
    }
    tree.as_ref()
}

/// Whether the registry could not be reached, which is no fault of the configuration's.
fn no_provider(said: &str) -> bool {
    env::var_os("TF_PLUGIN_DIR").is_none()
        && [
            "Failed to query available provider packages",
            "Invalid provider registry host",
            "Failed to install provider",
        ]
        .iter()
        .any(|known| said.contains(known))
}

/// Runs a command in the tree's folder.
pub fn shell(tree: &Tree, script: &str) -> Command {
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", script]).current_dir(tree.folder());
    let bin = tools().join("bin");
    let search = env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{search}", bin.display()));
    for (name, value) in terraform().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}
