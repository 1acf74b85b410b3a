//! What an expression asks of its metrics: their names, and the labels that it chooses, groups and joins by.

use std::collections::BTreeSet;

use promql_parser::{
    label::{MatchOp, Matcher},
    parser::{
        AggregateExpr, BinaryExpr, Call, Expr, LabelModifier, VectorMatchCardinality, VectorSelector, parse,
        value::ValueType,
    },
};

/// A metric as an expression uses it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    pub metric: String,
    /// Chooses its series that have everything which the expression counts on.
    pub selector: String,
}

type Labels = BTreeSet<String>;

/// Every use of a metric in an expression whose result is to have these labels.
///
/// # Errors
/// When the expression cannot be parsed, or loses a label before it is used.
pub fn uses(expr: &str, wanted: &Labels) -> Result<Vec<Use>, String> {
    let mut found = Vec::new();
    look(&parse(expr)?, wanted, &mut found)?;
    Ok(found)
}

fn look(expr: &Expr, wanted: &Labels, found: &mut Vec<Use>) -> Result<(), String> {
    match expr {
        Expr::VectorSelector(selector) => found.extend(used(selector, wanted)),
        Expr::MatrixSelector(selector) => found.extend(used(&selector.vs, wanted)),
        Expr::Subquery(subquery) => look(&subquery.expr, wanted, found)?,
        Expr::Paren(paren) => look(&paren.expr, wanted, found)?,
        Expr::Unary(unary) => look(&unary.expr, wanted, found)?,
        Expr::Aggregate(aggregate) => look_at_aggregate(aggregate, wanted, found)?,
        Expr::Binary(binary) => look_at_binary(binary, wanted, found)?,
        Expr::Call(call) => look_at_call(call, wanted, found)?,
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
    Ok(())
}

/// One use for each word of an alternation, because one that is found would hide another that is misspelt.
fn used(selector: &VectorSelector, wanted: &Labels) -> Vec<Use> {
    let metric = selector.name.clone().unwrap_or_default();
    let matchers = &selector.matchers.matchers;
    // A matcher that nothing satisfies as well asks for no label.
    let chosen = matchers.iter().filter(|matcher| !matcher.is_match("")).map(|matcher| matcher.name.clone());
    let present: Labels = wanted.iter().cloned().chain(chosen).filter(|label| label != "__name__").collect();
    let present = present.iter().map(|label| Matcher::new(MatchOp::NotEqual, label, "").to_string());
    let present: Vec<_> = present.collect();
    let choices = matchers.iter().fold(vec![Vec::new()], |choices: Vec<Vec<String>>, matcher| {
        let words = words(matcher);
        let with = |choice: &Vec<String>, word: &String| choice.iter().chain([word]).cloned().collect();
        choices.iter().flat_map(|choice| words.iter().map(move |word| with(choice, word))).collect()
    });
    let selector = |choice: Vec<String>| format!("{metric}{{{}}}", [choice, present.clone()].concat().join(","));
    choices.into_iter().map(|choice| Use { selector: selector(choice), metric: metric.clone() }).collect()
}

/// A matcher, or what it stands for if it is an alternation of plain words.
fn words(matcher: &Matcher) -> Vec<String> {
    let is_plain = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let words: Vec<_> = matcher.value.split('|').collect();
    if matches!(matcher.op, MatchOp::Re(_)) && words.iter().all(|word| is_plain(word)) {
        let equal = |word: &&str| Matcher::new(MatchOp::Equal, &matcher.name, word).to_string();
        return words.iter().map(equal).collect();
    }
    vec![matcher.to_string()]
}

fn look_at_aggregate(aggregate: &AggregateExpr, wanted: &Labels, found: &mut Vec<Use>) -> Result<(), String> {
    let keeps_series = ["topk", "bottomk"].contains(&aggregate.op.to_string().as_str());
    let inner = match &aggregate.modifier {
        Some(LabelModifier::Include(by)) if keeps_series => with(wanted, &by.labels),
        Some(LabelModifier::Include(by)) => {
            expect_within(wanted, &by.labels, &aggregate.op.to_string())?;
            with(&Labels::new(), &by.labels)
        }
        Some(LabelModifier::Exclude(without)) => with(wanted, &without.labels),
        None if keeps_series => wanted.clone(),
        None => {
            expect_within(wanted, &[], &aggregate.op.to_string())?;
            Labels::new()
        }
    };
    look(&aggregate.expr, &inner, found)
}

fn look_at_binary(binary: &BinaryExpr, wanted: &Labels, found: &mut Vec<Use>) -> Result<(), String> {
    let scalar = |expr: &Expr| expr.value_type() == ValueType::Scalar;
    if scalar(&binary.lhs) || scalar(&binary.rhs) {
        look(&binary.lhs, if scalar(&binary.lhs) { &NONE } else { wanted }, found)?;
        return look(&binary.rhs, if scalar(&binary.rhs) { &NONE } else { wanted }, found);
    }
    let modifier = binary.modifier.as_ref();
    let on = match modifier.and_then(|modifier| modifier.matching.as_ref()) {
        Some(LabelModifier::Include(on)) => Some(on.labels.as_slice()),
        _ => None,
    };
    let (left, right) = match (binary.op.to_string().as_str(), modifier.map(|modifier| &modifier.card)) {
        ("or", _) => (with(wanted, on.unwrap_or_default()), with(wanted, on.unwrap_or_default())),
        ("and" | "unless", _) => (with(wanted, on.unwrap_or_default()), with(&NONE, on.unwrap_or_default())),
        (_, Some(VectorMatchCardinality::ManyToOne(extra))) => (
            without(&with(wanted, on.unwrap_or_default()), &extra.labels),
            with(&with(&NONE, on.unwrap_or_default()), &extra.labels),
        ),
        (_, Some(VectorMatchCardinality::OneToMany(extra))) => (
            with(&with(&NONE, on.unwrap_or_default()), &extra.labels),
            without(&with(wanted, on.unwrap_or_default()), &extra.labels),
        ),
        (op, _) => {
            if let Some(on) = on {
                expect_within(wanted, on, op)?;
            }
            (with(wanted, on.unwrap_or_default()), with(wanted, on.unwrap_or_default()))
        }
    };
    look(&binary.lhs, &left, found)?;
    look(&binary.rhs, &right, found)
}

fn look_at_call(call: &Call, wanted: &Labels, found: &mut Vec<Use>) -> Result<(), String> {
    let word = |number: usize| match call.args.args.get(number).map(AsRef::as_ref) {
        Some(Expr::StringLiteral(literal)) => literal.val.clone(),
        _ => String::new(),
    };
    let inner = match call.func.name {
        "histogram_quantile" => with(wanted, &["le".to_owned()]),
        "label_replace" => with(&without(wanted, &[word(1)]), &[word(3)]),
        "label_join" => with(&without(wanted, &[word(1)]), &(3..call.args.args.len()).map(word).collect::<Vec<_>>()),
        // Their labels are those of the matchers.
        "absent" | "absent_over_time" | "scalar" | "vector" | "time" => Labels::new(),
        _ => wanted.clone(),
    };
    call.args.args.iter().try_for_each(|argument| look(argument, &inner, found))
}

static NONE: Labels = Labels::new();

fn with(labels: &Labels, more: &[String]) -> Labels {
    labels.iter().chain(more).filter(|label| !label.is_empty()).cloned().collect()
}

fn without(labels: &Labels, less: &[String]) -> Labels {
    labels.iter().filter(|label| !less.contains(label)).cloned().collect()
}

fn expect_within(wanted: &Labels, kept: &[String], op: &str) -> Result<(), String> {
    match wanted.iter().find(|label| !kept.contains(label)) {
        Some(lost) => Err(format!("the label {lost} is used, and {op} loses it")),
        None => Ok(()),
    }
}

fn selectors(expr: &str, wanted: &[&str]) -> Result<Vec<String>, String> {
    let wanted = wanted.iter().map(ToString::to_string).collect();
    uses(expr, &wanted).map(|uses| uses.into_iter().map(|found| found.selector).collect())
}

#[test]
fn an_expression_tells_what_it_uses() {
    for (expr, wanted, expected) in [
        ("up", &[][..], &["up{}"][..]),
        (r#"sum by (a) (rate(x_total{b="c",d=~".*"}[5m]))"#, &["a"], &[r#"x_total{b="c",d=~".*",a!="",b!=""}"#]),
        (r#"x{a=~"b|c"}"#, &[], &[r#"x{a="b",a!=""}"#, r#"x{a="c",a!=""}"#]),
        ("histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))", &[], &[r#"x_bucket{le!=""}"#]),
        ("time() - max(x) > 5", &[], &["x{}"]),
        ("a / on (l) group_left (m) b", &["m", "n"], &[r#"a{l!="",n!=""}"#, r#"b{l!="",m!=""}"#]),
        ("a and on (l) b", &["m"], &[r#"a{l!="",m!=""}"#, r#"b{l!=""}"#]),
        (r#"absent(x{j="k"})"#, &["j"], &[r#"x{j="k",j!=""}"#]),
        (r#"label_replace(x, "to", "$1", "from", "(.*)")"#, &["to"], &[r#"x{from!=""}"#]),
        ("topk by (a) (3, x)", &["b"], &[r#"x{a!="",b!=""}"#]),
        ("sum without (a) (x)", &["b"], &[r#"x{a!="",b!=""}"#]),
    ] {
        assert_eq!(selectors(expr, wanted).unwrap(), expected, "{expr}");
    }
}

#[test]
fn a_label_that_is_lost_before_it_is_used_is_an_error() {
    for expr in ["sum(x)", "sum by (b) (x)", "x / on (b) y", "sum by (a"] {
        assert!(selectors(expr, &["a"]).is_err(), "{expr} was taken");
    }
}
