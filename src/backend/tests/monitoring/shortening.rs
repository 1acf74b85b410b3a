//! Rules that tell in seconds what they tell in hours: the same expressions over shorter times.

use std::{convert::Infallible, path::Path, time::Duration};

use promql_parser::{
    parser::{Expr, Offset, VectorSelector, parse},
    util::{
        display_duration, parse_duration,
        visitor::{ExprVisitorMut, walk_expr_mut},
    },
};
use serde_json::{Value, json};

use super::files;

/// How times become shorter.
#[derive(Clone, Copy)]
pub struct Shortening {
    /// By how much.
    pub factor: u32,
    /// No window is shorter, or it would hold too few scrapes for a rate.
    pub shortest: Duration,
    /// Nothing is longer: three days are still minutes when they are divided.
    pub longest: Duration,
}

/// So many failures are no accident, however short the time that they are counted over.
const FEWEST: f64 = 5.0;
/// Between two evaluations of a group that does not say.
const INTERVAL: Duration = Duration::from_secs(15);
/// How long something must last that is to be no missed scrape.
const SHORTEST_FOR: Duration = Duration::from_secs(2);

impl Shortening {
    fn window(self, time: Duration) -> Duration {
        (time / self.factor).clamp(self.shortest, self.longest)
    }

    /// The expression over shorter times, evaluated every second instead of every `interval`. Of the failures that burn a budget
    /// less are enough, because days became seconds. Other counts and ages stay as they are: the visitors of the tests come as
    /// often in seconds as others in minutes, and what has a schedule of its own keeps it.
    pub fn expression(self, expr: &str, interval: Duration) -> String {
        let mut parsed = parse(expr).unwrap_or_else(|error| panic!("{expr}: {error}"));
        let mut shortener = Shortener(self, interval);
        let Ok(_) = walk_expr_mut(&mut shortener, &mut parsed);
        parsed.to_string()
    }

    /// Writes every file of rules with shorter times into a folder, evaluated every second.
    pub fn write_rules(self, folder: &Path) {
        for path in files::rule_files() {
            let mut file = files::yaml(&path);
            for group in file["groups"].as_array_mut().unwrap() {
                // Sums over time count requests by the seconds between two evaluations.
                let interval = group["interval"].as_str().map_or(INTERVAL, |time| parse_duration(time).unwrap());
                group["interval"] = json!("1s");
                group["rules"].as_array_mut().unwrap().iter_mut().for_each(|rule| self.rule(rule, interval));
            }
            std::fs::write(folder.join(files::name(&path)), file.to_string()).unwrap();
        }
    }

    fn rule(self, rule: &mut Value, interval: Duration) {
        rule["expr"] = json!(self.expression(files::text(rule, "expr"), interval));
        for key in ["for", "keep_firing_for"] {
            if let Some(time) = rule.get(key).and_then(Value::as_str) {
                let time = parse_duration(time).unwrap() / self.factor;
                rule[key] = json!(display_duration(&time.clamp(SHORTEST_FOR, self.longest)));
            }
        }
    }
}

struct Shortener(Shortening, Duration);

impl Shortener {
    fn offset(&self, offset: &mut Option<Offset>) {
        if let Some(Offset::Pos(time) | Offset::Neg(time)) = offset {
            *time = self.0.window(*time);
        }
    }

    fn selector(&self, selector: &mut VectorSelector) {
        self.offset(&mut selector.offset);
    }
}

impl ExprVisitorMut for Shortener {
    type Error = Infallible;

    fn pre_visit(&mut self, expr: &mut Expr) -> Result<bool, Infallible> {
        match expr {
            Expr::VectorSelector(selector) => self.selector(selector),
            Expr::MatrixSelector(matrix) => {
                matrix.range = self.0.window(matrix.range);
                self.selector(&mut matrix.vs);
            }
            Expr::Subquery(subquery) => {
                subquery.range = self.0.window(subquery.range);
                subquery.step = subquery.step.map(|_| Duration::from_secs(1));
                self.offset(&mut subquery.offset);
            }
            Expr::Binary(binary) if binary.op.to_string() == ">=" && is_number_of_failures(&binary.lhs) => {
                if let Expr::NumberLiteral(number) = binary.rhs.as_mut() {
                    number.val = number.val.min(FEWEST);
                }
            }
            Expr::Binary(binary) if binary.op.to_string() == "*" && is_sum_over_time(&binary.lhs) => {
                if let Expr::NumberLiteral(number) = binary.rhs.as_mut()
                    && number.val == self.1.as_secs_f64()
                {
                    number.val = 1.0;
                }
            }
            _ => {}
        }
        Ok(true)
    }
}

/// Failures per second, summed up over a window and multiplied by the time between two of them.
fn is_number_of_failures(expr: &Expr) -> bool {
    matches!(expr, Expr::Binary(binary) if binary.op.to_string() == "*" && is_sum_over_time(&binary.lhs))
}

fn is_sum_over_time(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if call.func.name == "sum_over_time")
}

#[test]
fn times_become_shorter_and_nothing_else_changes() {
    let shortening = Shortening { factor: 60, shortest: Duration::from_secs(5), longest: Duration::from_secs(60) };
    for (expr, expected) in [
        (r#"sum by (a) (rate(x{b=~"c|d"}[10m])) / 3 > 0.5"#, r#"sum by (a) (rate(x{b=~"c|d"}[10s])) / 3 > 0.5"#),
        ("increase(x[1m] offset 1h)", "increase(x[5s] offset 1m)"),
        ("avg_over_time(x[3d]) and max_over_time(y[30m:1m])", "avg_over_time(x[1m]) and max_over_time(y[30s:1s])"),
        ("sum_over_time(x[1h]) * 60 >= 10", "sum_over_time(x[1m]) * 1 >= 5"),
        ("sum by (a) (increase(x[10m])) >= 20", "sum by (a) (increase(x[10s])) >= 20"),
        (r#"absent(x{y="[5m]"})"#, r#"absent(x{y="[5m]"})"#),
    ] {
        assert_eq!(shortening.expression(expr, Duration::from_secs(60)), expected);
    }
}
