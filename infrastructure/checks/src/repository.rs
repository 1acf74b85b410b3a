//! A scratch repository in which a workflow's scripts run, with stand-ins for what is outside.

use std::{collections::BTreeMap, fs, process::Command};

use tempfile::TempDir;

use crate::{path, run, tools, try_run};

/// A repository in which scripts run as a step does.
pub struct Repository(TempDir);

impl Repository {
    /// With these files and folders of the checked tree, committed to `main`.
    pub fn with(entries: &[&str]) -> Self {
        let repository = Self(TempDir::new().unwrap());
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        for entry in entries {
            let target = repository.0.path().join(entry);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            run(Command::new("cp").arg("--recursive").arg(path(entry)).arg(target));
        }
        repository.write("README.md", "# A store\n");
        repository.commit();
        repository
    }

    /// What git says.
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=check", "-c", "user.email=check@example.com"]).args(arguments);
        run(git.current_dir(self.0.path())).trim().to_owned()
    }

    /// Commits everything; the commit.
    pub fn commit(&self) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "store: Change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, file: &str, text: &str) {
        let file = self.0.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.path().join(file)).unwrap()
    }

    /// Runs a step's script by bash as GitHub does, with the tools of the checks, and returns what it wrote to its output.
    pub fn run(
        &self,
        script: &str,
        folder: &str,
        environment: &[(&str, &str)],
    ) -> Result<BTreeMap<String, String>, String> {
        let temporary = TempDir::new().unwrap();
        let output = temporary.path().join("output");
        fs::write(&output, "").unwrap();
        let (stand_ins, tools) = (self.0.path().join(".git/stand-ins"), tools().join("bin"));
        let path = format!("{}:{}:{}", stand_ins.display(), tools.display(), std::env::var("PATH").unwrap());
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(self.0.path().join(folder));
        bash.env("PATH", path).env("GITHUB_OUTPUT", &output).env("RUNNER_TEMP", temporary.path());
        bash.env("GITHUB_STEP_SUMMARY", temporary.path().join("summary"));
        try_run(bash.envs(environment.iter().copied()))?;
        let mut written: BTreeMap<String, String> =
            fs::read_to_string(&output).unwrap().lines().filter_map(pair).collect();
        if let Ok(changes) = fs::read_to_string(temporary.path().join("changes.md")) {
            written.insert("changes".into(), changes);
        }
        Ok(written)
    }

    /// A program that scripts find before the machine's: it writes its arguments down, then does what the script says.
    pub fn stand_in(&self, name: &str, script: &str) {
        let folder = self.0.path().join(".git/stand-ins");
        fs::create_dir_all(&folder).unwrap();
        let program = format!("#!/bin/bash\necho \"{name} $*\" >>{}/calls\n{script}\n", folder.display());
        fs::write(folder.join(name), program).unwrap();
        run(Command::new("chmod").arg("755").arg(folder.join(name)));
    }

    /// How stand-ins were called since this was asked last.
    pub fn calls(&self) -> Vec<String> {
        let file = self.0.path().join(".git/stand-ins/calls");
        let calls = fs::read_to_string(&file).unwrap_or_default();
        fs::write(&file, "").unwrap();
        calls.lines().map(str::to_owned).collect()
    }
}

fn pair(line: &str) -> Option<(String, String)> {
    line.split_once('=').map(|(name, value)| (name.into(), value.into()))
}
