//! checkov's report: nothing fails, and what is skipped has a reason beside it.

use serde_json::Value;

use crate::{documents, run, tool};

/// How many checks passed and how many were skipped.
///
/// # Panics
/// When one failed, was skipped without a reason, or when checkov saw nothing, or less than there is.
pub fn expect_clean(framework: &str, arguments: &[&str]) -> (u64, usize) {
    let mut checkov = tool("checkov");
    checkov.args(["--framework", framework, "--skip-download", "--soft-fail", "--output", "json"]).args(arguments);
    let report = documents(&run(&mut checkov)).remove(0);
    let list = |kind: &str| report["results"][kind].as_array().cloned().unwrap_or_default();
    let row = |check: &Value| format!("{} {}: {}", check["check_id"], check["file_path"], check["check_name"]);
    let failed: Vec<String> = list("failed_checks").iter().map(row).collect();
    assert!(failed.is_empty(), "checkov:\n{}", failed.join("\n"));
    let skipped = list("skipped_checks");
    for check in &skipped {
        let reason = check["check_result"]["suppress_comment"].as_str().unwrap_or_default();
        assert!(reason.len() > 20, "{}: say why it is skipped", row(check));
    }
    let passed = report["summary"]["passed"].as_u64().unwrap_or_default();
    assert!(passed > 0, "checkov saw nothing of {arguments:?}");
    assert_eq!(report["summary"]["parsing_errors"], 0, "checkov cannot read all of {arguments:?}");
    (passed, skipped.len())
}
