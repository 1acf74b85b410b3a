//! The workflows and the repository's own actions, as their files have them.

use serde_json::Value;

use crate::{documents, files, text};

/// Where they are.
pub const FOLDER: &str = ".github";

/// A step of a job or of an action.
pub struct Step {
    /// The file that has it.
    pub file: String,
    /// The job that has it; none in an action.
    pub job: Option<String>,
    /// All of it.
    pub value: Value,
}

impl Step {
    /// One of its texts, such as `run`, `uses` or `working-directory`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.value[key].as_str()
    }

    /// How it is named in messages.
    pub fn label(&self) -> String {
        let name = self.get("id").or(self.get("name")).or(self.get("uses")).unwrap_or("a step");
        format!("{}: {}: {name}", self.file, self.job.as_deref().unwrap_or("action"))
    }
}

/// The workflows by their file.
pub fn workflows() -> Vec<(String, Value)> {
    read(|file| file.starts_with(".github/workflows/"))
}

/// The jobs of a workflow by their name.
pub fn jobs(workflow: &Value) -> impl Iterator<Item = (&String, &Value)> {
    workflow["jobs"].as_object().into_iter().flatten()
}

/// All steps, those of actions included.
pub fn steps() -> Vec<Step> {
    let of = |file: &str, job: Option<&String>, list: &Value| {
        let list = list.as_array().cloned().unwrap_or_default();
        list.into_iter().map(|value| Step { file: file.into(), job: job.cloned(), value }).collect::<Vec<_>>()
    };
    let mut steps = Vec::new();
    for (file, workflow) in workflows() {
        steps.extend(jobs(&workflow).flat_map(|(name, job)| of(&file, Some(name), &job["steps"])));
    }
    for (file, action) in read(|file| file.starts_with(".github/actions/")) {
        steps.extend(of(&file, None, &action["runs"]["steps"]));
    }
    steps
}

/// The script of the step that a file and an id, or a job, name.
///
/// # Panics
/// When there is none.
pub fn script(file: &str, id: &str) -> String {
    let found = steps().into_iter().find(|step| {
        step.file == file
            && step.get("run").is_some()
            && (step.get("id") == Some(id) || step.job.as_deref() == Some(id))
    });
    found.and_then(|step| step.get("run").map(str::to_owned)).unwrap_or_else(|| panic!("{file} has no script {id}"))
}

fn read(of_kind: impl Fn(&str) -> bool) -> Vec<(String, Value)> {
    let found = files(FOLDER, &["yml"]).into_iter().filter(|file| of_kind(file));
    found.map(|file| (file.clone(), documents(&text(&file)).remove(0))).collect()
}
