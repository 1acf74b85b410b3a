//! Dashboards can be read: each panel says what it shows and in which unit, and one dashboard leads to the next.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    files::{self, array, text},
    promql,
};

fn expect(place: &str, what: &str, holds: bool) {
    assert!(holds, "{place}: {what}");
}

#[test]
fn every_panel_says_what_it_shows() {
    for (file, dashboard) in files::dashboards() {
        let mut ids = BTreeSet::new();
        for panel in files::panels(&dashboard) {
            let place = format!("{file}: {}", text(panel, "title"));
            expect(&place, "a panel has no id of its own", panel["id"].as_u64().is_some_and(|id| ids.insert(id)));
            expect(&file, "a panel has no title", !text(panel, "title").is_empty());
            if text(panel, "type") != "row" {
                expect(&place, "it has no description", !text(panel, "description").is_empty());
                expect(&place, "it has no unit", !text(&panel["fieldConfig"]["defaults"], "unit").is_empty());
                expect(&place, "it asks nothing", !array(panel, "targets").is_empty());
            }
        }
        expect(&file, "it is empty", ids.len() > 3);
    }
}

#[test]
fn dashboards_choose_by_environment_and_instance_and_lead_to_each_other() {
    let all = files::dashboards();
    let names: BTreeSet<_> = all.iter().map(|(_, dashboard)| text(dashboard, "uid").to_owned()).collect();
    assert!(names.len() == all.len() && !names.contains(""), "each dashboard has a uid of its own: {names:?}");
    for (file, dashboard) in &all {
        let chosen =
            array(&dashboard["templating"], "list").iter().filter(|variable| text(variable, "type") != "datasource");
        let chosen: Vec<_> = chosen.map(|variable| text(variable, "name")).collect();
        assert_eq!(chosen, ["environment", "instance"], "{file}");
        let links: Vec<_> = array(dashboard, "links").iter().map(Value::to_string).collect();
        let leads_to = |uid: &String| links.iter().any(|link| link.contains(&format!("/{uid}")));
        let by_tag = links.iter().any(|link| link.contains("\"dashboards\"") && link.contains("\"tags\""));
        let lost: Vec<_> = names.iter().filter(|uid| *uid != text(dashboard, "uid") && !leads_to(uid)).collect();
        assert!(by_tag || lost.is_empty(), "{file} does not lead to {lost:?}");
    }
}

#[test]
fn every_query_is_promql_that_keeps_the_labels_of_its_legend() {
    let mut wrong = Vec::new();
    for panel in files::asking_panels() {
        for (query, legend) in panel.queries() {
            wrong.extend(promql::uses(&query, &legend).err().map(|error| format!("{}: {error}: {query}", panel.place)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
