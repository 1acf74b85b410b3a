//! The registry of metrics: started once, filled with what is known from the start, told as text.

use std::time::Duration;

use metrics::{Label as Pair, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

mod table;

pub use table::{Kind, Label, METRICS, Metric, Process, Values};

/// Samples of histograms wait in memory until they are counted, also where nobody asks for them.
const UPKEEP: Duration = Duration::from_secs(5);

/// Installs the process's registry of metrics.
///
/// # Errors
/// When another registry is installed already.
pub fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    let handle = builder()?.install_recorder()?;
    describe();
    let commit = option_env!("GIT_COMMIT").unwrap_or("unknown");
    gauge!("build_info", "version" => env!("CARGO_PKG_VERSION"), "commit" => commit).set(1);
    let kept = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            kept.run_upkeep();
        }
    });
    Ok(handle)
}

fn builder() -> anyhow::Result<PrometheusBuilder> {
    let mut builder = PrometheusBuilder::new();
    for metric in METRICS {
        if let Kind::Histogram(buckets) = metric.kind {
            builder = builder.set_buckets_for_metric(Matcher::Full(metric.name.into()), buckets)?;
        }
    }
    Ok(builder)
}

fn describe() {
    for Metric { name, kind, meaning, .. } in METRICS {
        match kind {
            Kind::Counter => describe_counter!(*name, *meaning),
            Kind::Gauge | Kind::Reading => describe_gauge!(*name, *meaning),
            Kind::Histogram(_) => describe_histogram!(*name, *meaning),
        }
    }
    Collector::default().describe();
}

/// Makes every series that is known to come be there from the start: a rate counts from the first event on, and what never
/// happened is told as 0.
pub fn register(process: Process) {
    for metric in METRICS.iter().filter(|metric| metric.of.is_none_or(|of| of == process)) {
        for labels in metric.known_series() {
            match metric.kind {
                Kind::Counter => counter!(metric.name, labels).increment(0),
                Kind::Gauge => gauge!(metric.name, labels).increment(0),
                Kind::Reading => gauge!(metric.name, labels).set(f64::NAN),
                Kind::Histogram(_) => drop(histogram!(metric.name, labels)),
            }
        }
    }
}

/// Everything there is to tell, in Prometheus's text format. What is not known at this moment is left out: a gauge that is not
/// a number.
pub fn tell(handle: &PrometheusHandle) -> String {
    Collector::default().collect();
    let mut told = handle.render();
    if told.contains(" NaN\n") {
        told = told.split_inclusive('\n').filter(|line| !line.ends_with(" NaN\n")).collect();
    }
    told
}

impl Metric {
    /// The labels of each series that is known from the start; none when a label's values come only with events.
    fn known_series(&self) -> Vec<Vec<Pair>> {
        self.labels.iter().fold(vec![Vec::new()], |series, label| {
            let values = match label.values {
                Values::Known(values) => values,
                Values::Bounded(_) => &[],
            };
            let with = |before: &Vec<Pair>, value: &'static str| {
                before.iter().cloned().chain([Pair::from_static_parts(label.name, value)]).collect()
            };
            series.iter().flat_map(|before| values.iter().map(move |value| with(before, value))).collect()
        })
    }
}

impl Kind {
    /// Its name in the documentation.
    pub fn described(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Reading => "reading",
            Self::Histogram(_) => "histogram",
        }
    }
}

impl Label {
    /// Its name and values in the documentation.
    pub fn described(&self) -> String {
        match self.values {
            Values::Known(values) => format!("`{}`: {}", self.name, values.join(", ")),
            Values::Bounded(by) => format!("`{}`: {by}", self.name),
        }
    }
}

#[cfg(test)]
mod tests;
