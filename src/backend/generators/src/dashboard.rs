//! Grafana's JSON from what is particular to a dashboard, so that all of them look alike.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Grafana counts a dashboard's width in these.
const COLUMNS: u32 = 24;
/// The version of the JSON's shape, Grafana 11's; newer ones read it.
const SCHEMA: u32 = 40;
/// Grafana's number for a variable that is not shown.
const HIDDEN: u8 = 2;

/// Which dashboard to make.
#[derive(Clone, Args)]
pub struct DashboardCommand {
    /// The file that says what is on it.
    pub file: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dashboard {
    uid: String,
    title: String,
    description: String,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    title: String,
    panels: Vec<Panel>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Panel {
    /// What is shown, and after a colon what is good.
    title: String,
    /// What it tells, and where to look when it is not good.
    description: String,
    #[serde(default)]
    kind: Kind,
    #[serde(default = "third")]
    width: u32,
    /// One of Grafana's names of units.
    unit: String,
    /// Digits behind the point; Grafana's own choice without.
    decimals: Option<u8>,
    /// From here on somebody should look; lower than `warn`, an `alarm` says that less is worse.
    warn: Option<f64>,
    alarm: Option<f64>,
    #[serde(default)]
    stacked: bool,
    queries: Vec<Query>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    expr: String,
    legend: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    TimeSeries,
    Stat,
    BarGauge,
}

fn third() -> u32 {
    COLUMNS / 3
}

/// Prints the dashboard.
///
/// # Errors
/// When the file cannot be read, or holds what is no dashboard.
pub fn run(command: &DashboardCommand) -> anyhow::Result<()> {
    let file = command.file.display();
    let text = std::fs::read_to_string(&command.file).with_context(|| format!("{file} cannot be read"))?;
    let dashboard = dashboard(&text).with_context(|| format!("{file} is no dashboard"))?;
    println!("{dashboard:#}");
    Ok(())
}

/// Grafana's dashboard for a description of one in YAML.
///
/// # Errors
/// When the text describes none, or leaves holes in the grid.
pub fn dashboard(text: &str) -> anyhow::Result<Value> {
    let Dashboard { uid, title, description, rows } = serde_saphyr::from_str(text)?;
    let by_instance = rows.iter().flat_map(Row::queries).any(|query| query.expr.contains("$instance"));
    let mut panels = Vec::new();
    let mut top = 0;
    for row in &rows {
        row.check()?;
        panels.push(json!({ "type": "row", "title": row.title, "collapsed": false, "panels": [], "gridPos": grid(1, COLUMNS, 0, top) }));
        top += 1;
        let mut left = 0;
        for panel in &row.panels {
            panels.push(panel.json(left, top));
            left += panel.width;
            if left == COLUMNS {
                (left, top) = (0, top + panel.kind.height());
            }
        }
    }
    for (id, panel) in panels.iter_mut().enumerate() {
        panel["id"] = json!(id + 1);
    }
    Ok(json!({
        "uid": uid, "title": title, "description": description, "tags": ["devopsify"], "schemaVersion": SCHEMA,
        "editable": false, "graphTooltip": 1, "refresh": "30s", "time": { "from": "now-1h", "to": "now" },
        "timezone": "browser", "links": links(), "templating": { "list": variables(by_instance) }, "panels": panels
    }))
}

impl Row {
    fn queries(&self) -> impl Iterator<Item = &Query> {
        self.panels.iter().flat_map(|panel| &panel.queries)
    }

    /// Lines of panels fill the width, and those beside each other are of one height.
    fn check(&self) -> anyhow::Result<()> {
        let (mut left, mut height) = (0, 0);
        for panel in &self.panels {
            let title = &panel.title;
            ensure!(left == 0 || height == panel.kind.height(), "{title:?} is not as high as the panel on its left");
            (left, height) = (left + panel.width, panel.kind.height());
            ensure!(left <= COLUMNS && panel.width > 0, "{title:?} does not fit into its line");
            left %= COLUMNS;
            ensure!(!panel.queries.is_empty(), "{title:?} asks nothing");
        }
        ensure!(left == 0 && !self.panels.is_empty(), "the last line of {:?} is not filled", self.title);
        Ok(())
    }
}

impl Kind {
    fn height(self) -> u32 {
        if self == Self::Stat { 4 } else { 8 }
    }

    fn options(self) -> Value {
        let last = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
        match self {
            Self::TimeSeries => json!({
                "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true },
                "tooltip": { "mode": "multi", "sort": "desc" }
            }),
            Self::Stat => {
                json!({ "colorMode": "value", "graphMode": "area", "textMode": "auto", "reduceOptions": last })
            }
            Self::BarGauge => json!({ "displayMode": "basic", "orientation": "horizontal", "reduceOptions": last }),
        }
    }
}

impl Panel {
    fn json(&self, left: u32, top: u32) -> Value {
        let targets = self.queries.iter().zip('A'..).map(|(query, id)| {
            json!({
                "refId": id, "datasource": datasource(), "expr": query.expr.trim(), "legendFormat": query.legend,
                "instant": self.kind == Kind::BarGauge, "range": self.kind != Kind::BarGauge
            })
        });
        json!({
            "type": self.kind, "title": self.title, "description": self.description, "datasource": datasource(),
            "gridPos": grid(self.kind.height(), self.width, left, top), "targets": targets.collect::<Vec<_>>(),
            "fieldConfig": { "defaults": self.field(), "overrides": [] }, "options": self.kind.options()
        })
    }

    fn field(&self) -> Value {
        let mut field = json!({ "unit": self.unit, "thresholds": { "mode": "absolute", "steps": self.steps() } });
        if let Some(decimals) = self.decimals {
            field["decimals"] = json!(decimals);
        }
        if self.kind == Kind::TimeSeries {
            let marks = if self.warn.or(self.alarm).is_some() { "dashed" } else { "off" };
            field["color"] = json!({ "mode": "palette-classic" });
            field["min"] = json!(0);
            field["custom"] = json!({
                "drawStyle": "line", "lineWidth": 1, "fillOpacity": 10, "showPoints": "never", "spanNulls": false,
                "stacking": { "mode": if self.stacked { "normal" } else { "none" } }, "thresholdsStyle": { "mode": marks }
            });
        } else {
            field["color"] = json!({ "mode": "thresholds" });
        }
        field
    }

    fn steps(&self) -> Value {
        let step = |color, value: Option<f64>| json!({ "color": color, "value": value });
        let steps = match (self.warn, self.alarm) {
            (Some(warn), Some(alarm)) if alarm < warn => {
                vec![step("red", None), step("yellow", Some(alarm)), step("green", Some(warn))]
            }
            (warn, alarm) => {
                let marks = [("yellow", warn), ("red", alarm)].into_iter().filter(|(_, value)| value.is_some());
                [step("green", None)].into_iter().chain(marks.map(|(color, value)| step(color, value))).collect()
            }
        };
        json!(steps)
    }
}

fn datasource() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

fn grid(height: u32, width: u32, left: u32, top: u32) -> Value {
    json!({ "h": height, "w": width, "x": left, "y": top })
}

/// The dashboards lead to each other, with the same time, environment and instance.
fn links() -> Value {
    json!([{
        "type": "dashboards", "title": "DevOpsify", "tags": ["devopsify"], "asDropdown": false, "includeVars": true,
        "keepTime": true, "targetBlank": false
    }])
}

/// A process of the program can be chosen where a panel tells it apart; the choice is handed on by dashboards where none does.
fn variables(by_instance: bool) -> Value {
    let variable = |name: &str, label: &str, query: &str, several: bool| {
        json!({
            "hide": if name == "instance" && !by_instance { HIDDEN } else { 0 },
            "type": "query", "name": name, "label": label, "datasource": datasource(), "refresh": 2, "sort": 1,
            "query": { "qryType": 1, "query": query, "refId": name }, "definition": query,
            "multi": several, "includeAll": several, "allValue": if several { json!(".*") } else { Value::Null },
            "current": if several { json!({ "text": "All", "value": "$__all" }) } else { json!({}) }
        })
    };
    json!([
        { "type": "datasource", "name": "datasource", "label": "Prometheus", "query": "prometheus", "current": {} },
        variable("environment", "Environment", "label_values(up, environment)", false),
        variable(
            "instance",
            "Process",
            "label_values(up{environment=\"$environment\",job=~\"api|worker\"}, instance)",
            true
        )
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(panels: &str) -> anyhow::Result<Value> {
        dashboard(&format!(
            "uid: a\ntitle: A\ndescription: D\nrows:\n  - title: R\n    panels:\n{}",
            panels.lines().map(|line| format!("      {line}\n")).collect::<String>()
        ))
    }

    fn panel(more: &str) -> String {
        format!(
            "- {{ title: T, description: D, unit: s, queries: [{{ expr: up, legend: one }}, {{ expr: up, legend: two }}]{more} }}\n"
        )
    }

    #[test]
    fn panels_fill_their_lines_from_left_to_right() {
        let text = [panel(", width: 12"), panel(", width: 12"), panel(", kind: stat, width: 24"), panel(", width: 24")]
            .concat();
        let dashboard = with(&text).unwrap();
        let places: Vec<Value> =
            dashboard["panels"].as_array().unwrap().iter().map(|panel| panel["gridPos"].clone()).collect();
        let expected =
            [grid(1, 24, 0, 0), grid(8, 12, 0, 1), grid(8, 12, 12, 1), grid(4, 24, 0, 9), grid(8, 24, 0, 13)];
        assert_eq!(places, expected);
    }

    #[test]
    fn holes_and_panels_of_different_heights_are_refused() {
        let third = panel("");
        assert!(with(&third.repeat(3)).is_ok());
        assert!(with(&third.repeat(2)).is_err(), "a hole was taken");
        assert!(with(&third.repeat(4)).is_err(), "a hole in the second line was taken");
        assert!(with(&[panel(", width: 12"), panel(", width: 12, kind: stat")].concat()).is_err(), "a step was taken");
        assert!(with(&panel(", width: 25")).is_err(), "what is too wide was taken");
    }

    #[test]
    fn every_series_has_a_letter_of_its_own() {
        let dashboard = with(&panel(", width: 24")).unwrap();
        let targets = &dashboard["panels"][1]["targets"];
        assert_eq!((&targets[0]["refId"], &targets[1]["refId"]), (&json!("A"), &json!("B")));
        assert_eq!(targets[1]["legendFormat"], "two");
    }

    #[test]
    fn an_alarm_below_the_warning_means_that_less_is_worse() {
        let steps = |more: &str| {
            let dashboard = with(&panel(&format!(", width: 24{more}"))).unwrap();
            let steps = &dashboard["panels"][1]["fieldConfig"]["defaults"]["thresholds"]["steps"];
            let steps = steps.as_array().unwrap().iter().map(|step| (step["color"].clone(), step["value"].as_f64()));
            steps.collect::<Vec<_>>()
        };
        let coloured = |steps: &[(&str, Option<f64>)]| steps.iter().map(|(c, v)| (json!(c), *v)).collect::<Vec<_>>();
        assert_eq!(steps(""), coloured(&[("green", None)]));
        assert_eq!(steps(", alarm: 1"), coloured(&[("green", None), ("red", Some(1.0))]));
        assert_eq!(
            steps(", warn: 1, alarm: 2"),
            coloured(&[("green", None), ("yellow", Some(1.0)), ("red", Some(2.0))])
        );
        assert_eq!(
            steps(", warn: 2, alarm: 1"),
            coloured(&[("red", None), ("yellow", Some(1.0)), ("green", Some(2.0))])
        );
    }

    #[test]
    fn a_process_is_chosen_only_where_a_query_asks_for_it() {
        let hidden = |panel: &str| with(panel).unwrap()["templating"]["list"][2]["hide"].clone();
        assert_eq!(hidden(&panel(", width: 24")), HIDDEN);
        assert_eq!(hidden(&panel(", width: 24").replacen("expr: up", "expr: 'up{instance=~\"$instance\"}'", 1)), 0);
    }

    #[test]
    fn digits_behind_the_point_are_ours_or_grafanas() {
        let decimals = |more: &str| {
            with(&panel(&format!(", width: 24{more}"))).unwrap()["panels"][1]["fieldConfig"]["defaults"]["decimals"]
                .clone()
        };
        assert_eq!((decimals(""), decimals(", decimals: 0")), (Value::Null, json!(0)));
    }

    #[test]
    fn a_field_that_nobody_knows_is_refused() {
        assert!(with(&panel(", width: 24, colour: red")).is_err());
    }
}
