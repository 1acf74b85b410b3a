//! What network policies allow, as a set of arrows, and what they are to allow.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{CHART, at, list, of_kind, selects_pods, texts, title, values_of, workloads, yaml};

const INTERNET: &str = "0.0.0.0/0 except 10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16";

/// Who, whom, and at which port.
pub type Arrow = (String, String, i64);

/// The arrows that policies draw, from their own pods' side of each.
pub struct Arrows {
    /// Into the pods of a policy.
    pub ingress: BTreeSet<Arrow>,
    /// Out of the pods of a policy.
    pub egress: BTreeSet<Arrow>,
}

/// Reads all policies; `name` gives an address of a rule its name.
pub fn arrows(objects: &[Value], name: &dyn Fn(&str) -> String) -> Arrows {
    let (mut ingress, mut egress) = (BTreeSet::new(), BTreeSet::new());
    for policy in of_kind(objects, "NetworkPolicy") {
        let own = component(&policy["spec"]);
        for rule in list(policy, "/spec/ingress") {
            for (peer, port) in ends(rule, "from", name) {
                ingress.insert((peer, own.clone(), port));
            }
        }
        for rule in list(policy, "/spec/egress") {
            for (peer, port) in ends(rule, "to", name) {
                egress.insert((own.clone(), peer, port));
            }
        }
    }
    Arrows { ingress, egress }
}

fn ends(rule: &Value, side: &str, name: &dyn Fn(&str) -> String) -> Vec<(String, i64)> {
    let (peers, ports) = (list(rule, &format!("/{side}")), list(rule, "/ports"));
    assert!(!peers.is_empty() && !ports.is_empty(), "a rule without {side} or ports allows everything: {rule}");
    let number = |port: &Value| port["port"].as_i64().unwrap_or_else(|| panic!("a port by name: {rule}"));
    peers.iter().flat_map(|peer| ports.iter().map(move |port| (named(peer, name), number(port)))).collect()
}

fn named(peer: &Value, name: &dyn Fn(&str) -> String) -> String {
    if let Some(block) = peer.get("ipBlock") {
        let except = texts(block, "/except");
        return if except.is_empty() {
            name(at(block, "/cidr"))
        } else {
            format!("{} except {}", at(block, "/cidr"), except.join(" "))
        };
    }
    match at(peer, "/namespaceSelector/matchLabels/kubernetes.io~1metadata.name") {
        "" if peer.get("namespaceSelector").is_none() => component(peer),
        namespace => format!("{namespace}/{}", peer["podSelector"]["matchLabels"]),
    }
}

fn component(of: &Value) -> String {
    at(of, "/podSelector/matchLabels/app.kubernetes.io~1component").to_owned()
}

/// The arrows as they are drawn: who starts to talk to whom.
pub fn drawn() -> BTreeSet<Arrow> {
    let mut drawn = BTreeSet::new();
    let mut draw = |from: &str, to: &str, ports: &[i64]| {
        drawn.extend(ports.iter().map(|port| (from.to_owned(), to.to_owned(), *port)));
    };
    draw("load balancer", "api", &[8080, 8081]);
    draw("storefront", "api", &[8080]);
    draw("api", "storefront", &[3000]);
    for own in ["api", "worker", "storefront", "migration", "postgres-exporter"] {
        draw(own, "resolver", &[53]);
    }
    for own in ["api", "worker", "migration", "postgres-exporter"] {
        draw(own, "database", &[5432]);
    }
    for own in ["api", "worker"] {
        draw(own, "pod identity", &[80]);
    }
    for own in ["api", "worker"] {
        draw(own, "collector", &[4318]);
    }
    draw("api", INTERNET, &[443]);
    draw("worker", INTERNET, &[443, 80, 465, 587]);
    for (own, port) in [("api", 8081), ("worker", 8082), ("storefront", 3001), ("postgres-exporter", 9187)] {
        draw("prometheus", own, &[port]);
    }
    drawn
}

/// Holds the policies of an environment against what is drawn, without those who are absent.
pub fn expect_drawn(objects: &[Value], environment: &str, absent: &[&str]) {
    let (defaults, addresses) =
        (yaml(&format!("{CHART}/values.yaml")), yaml(&values_of(environment))["network"].clone());
    let name = |cidr: &str| match cidr {
        _ if texts(&addresses, "/loadBalancer").contains(&cidr) => "load balancer".to_owned(),
        _ if texts(&addresses, "/database").contains(&cidr) => "database".to_owned(),
        _ if cidr.strip_suffix("/32") == defaults["network"]["dns"].as_str() => "resolver".to_owned(),
        "169.254.170.23/32" => "pod identity".to_owned(),
        _ => cidr.to_owned(),
    };
    let label = |end: String| match end.as_str() {
        "kube-system/{\"k8s-app\":\"kube-dns\"}" => "resolver".to_owned(),
        "monitoring/{\"app.kubernetes.io/name\":\"prometheus\"}" => "prometheus".to_owned(),
        "tracing/null" => "collector".to_owned(),
        _ => end,
    };
    let labelled = |arrows: BTreeSet<Arrow>| -> BTreeSet<Arrow> {
        arrows.into_iter().map(|(from, to, port)| (label(from), label(to), port)).collect()
    };
    let own = |end: &str| ["api", "worker", "storefront", "migration", "postgres-exporter"].contains(&end);
    let is_there = |end: &str| !absent.contains(&end);
    let drawn: BTreeSet<Arrow> = drawn().into_iter().filter(|(from, to, _)| is_there(from) && is_there(to)).collect();
    let (found, known) = (arrows(objects, &name), || drawn.iter().cloned());
    let ingress: BTreeSet<Arrow> = known().filter(|(_, to, _)| own(to)).collect();
    let egress: BTreeSet<Arrow> = known().filter(|(from, ..)| own(from)).collect();
    assert_eq!(labelled(found.ingress), ingress, "{environment}, into pods");
    assert_eq!(labelled(found.egress), egress, "{environment}, out of pods");
}

/// Each pod is of exactly one policy, and that one denies what it does not list.
pub fn expect_denied(objects: &[Value]) {
    for workload in workloads(objects) {
        let is_of = |policy: &&&Value| selects_pods(policy.pointer("/spec/podSelector/matchLabels"), workload);
        let policies = of_kind(objects, "NetworkPolicy");
        let own: Vec<&&Value> = policies.iter().filter(is_of).collect();
        assert_eq!(own.len(), 1, "{} is of {} policies", title(workload), own.len());
        assert_eq!(texts(own[0], "/spec/policyTypes"), ["Ingress", "Egress"], "{}", title(own[0]));
    }
}
