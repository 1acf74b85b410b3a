use std::{collections::BTreeSet, fs, path::Path};

use super::{table::*, *};

/// What a process tells before anything happened in it.
fn told_at_start() -> String {
    let recorder = builder().unwrap().build_recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        describe();
        register(Process::Serve);
        register(Process::Worker);
        tell(&handle)
    })
}

#[test]
fn what_is_known_from_the_start_is_told_from_the_start() {
    let told = told_at_start();
    for metric in METRICS {
        let is_told = told.contains(&format!("# TYPE {} ", metric.name)) && !metric.known_series().is_empty();
        let is_known = metric.labels.iter().all(|label| matches!(label.values, Values::Known(_)));
        assert_eq!(is_told, is_known, "{}", metric.name);
    }
    assert!(told.contains("orders_total{event=\"placed\"} 0\n"), "{told}");
    assert!(told.contains("payments_total{provider=\"stripe\",outcome=\"failed\"} 0\n"));
    assert!(told.contains("webhook_lag_seconds_count 0\n"));
    assert!(!told.contains("\njobs{") && !told.contains("NaN"), "nothing was read yet");
}

#[test]
fn everything_is_described() {
    let told = told_at_start();
    for line in told.lines() {
        if let Some((name, _)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            assert!(told.contains(&format!("# HELP {name} ")), "{name}");
        }
    }
}

#[test]
fn the_table_has_what_the_program_counts_and_nothing_else() {
    let mut counted = BTreeSet::new();
    find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut counted);
    let table = METRICS.iter().map(|metric| (metric.name.to_owned(), kind(metric.kind))).collect::<BTreeSet<_>>();
    assert_eq!(counted, table);
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Reading => "gauge",
        kind => kind.described(),
    }
}

/// The names of metrics, and how they are counted, in a folder of sources.
fn find(folder: &Path, counted: &mut BTreeSet<(String, &'static str)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, counted);
            continue;
        }
        let source = fs::read_to_string(&path).unwrap_or_default();
        for kind in ["counter", "gauge", "histogram"] {
            for used in source.split(&format!(" {kind}!(")).chain(source.split(&format!("({kind}!("))).skip(1) {
                let name = used.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
                counted.extend(name.map(|(name, _)| (name.to_owned(), kind)));
            }
        }
    }
}

#[test]
fn names_follow_the_conventions() {
    for Metric { name, kind, meaning, .. } in METRICS {
        let is_counter = matches!(kind, Kind::Counter);
        assert_eq!(name.ends_with("_total"), is_counter, "{name}");
        let has_unit = ["_seconds", "_bytes"].iter().any(|unit| name.ends_with(unit));
        assert!(has_unit || !matches!(kind, Kind::Histogram(_)), "{name}");
        assert!(meaning.starts_with(|c: char| c.is_uppercase() || c.is_numeric()) && !meaning.ends_with('.'), "{name}");
    }
}
