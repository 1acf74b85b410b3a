//! What the platform's charts are told, held against the store that they serve and against monitoring.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod kubernetes;

use std::collections::BTreeSet;

use infrastructure_checks::{files, text};
use kubernetes::{
    CHART, at, between, container, kustomize, list, named, number, of_kind, program_default, quantity, store_in, texts,
    yaml,
};
use serde_json::Value;

const PLATFORM: &str = "gitops/applications/platform";

/// What a chart of the platform is told in every environment.
fn told(folder: &str) -> Value {
    yaml(&format!("{PLATFORM}/{folder}/values.yaml"))
}

#[test]
fn what_rules_ask_about_is_scraped() {
    let objects = store_in("production");
    let monitor = of_kind(&objects, "ServiceMonitor")[0];
    assert_eq!(at(monitor, "/spec/jobLabel"), "app.kubernetes.io/component");
    let mut jobs: BTreeSet<String> = of_kind(&objects, "Service")
        .iter()
        .map(|service| at(service, "/metadata/labels/app.kubernetes.io~1component").to_owned())
        .collect();
    let relabelled = list(&told("postgres-exporter"), "/serviceMonitor/relabelings").to_vec();
    let relabelled = relabelled.iter().filter(|rule| at(rule, "/targetLabel") == "job");
    jobs.extend(relabelled.map(|rule| at(rule, "/replacement").to_owned()));
    // These are named by kube-prometheus-stack, whose own alerts ask for them by these names.
    assert!(!told("kube-prometheus-stack").to_string().contains("\"job\""), "the stack's own alerts ask about nobody");
    jobs.insert("node-exporter".to_owned());
    // On one machine; in a cluster it has the stack's name, and its alerts.
    jobs.insert("prometheus".to_owned());
    let sources =
        [files(&format!("{CHART}/files/rules"), &["yaml"]), files(&format!("{CHART}/files/dashboards"), &["json"])]
            .concat();
    let mut asked = BTreeSet::new();
    for file in &sources {
        let source = text(file).replace("\\\"", "\"");
        for mark in ["job=\"", "job=~\"", "job!~\""] {
            asked.extend(
                between(&source, mark, "\"")
                    .into_iter()
                    .flat_map(|found| found.split('|'))
                    .filter(|job| !job.starts_with('$'))
                    .map(str::to_owned),
            );
        }
        for namespace in between(&source, "namespace=\"", "\"") {
            assert_eq!(namespace, "devopsify", "{file} asks about another namespace");
        }
    }
    let unknown: Vec<&String> = asked.difference(&jobs).collect();
    assert!(unknown.is_empty(), "nobody scrapes {unknown:?}, only {jobs:?}");
    println!("  platform: {} jobs that rules and panels ask about are scraped", asked.len());
}

#[test]
fn the_platform_fits_the_store() {
    let objects = store_in("production");
    let exporter = yaml(&format!("{PLATFORM}/postgres-exporter/values.yaml"));
    let policy = named(&objects, "NetworkPolicy", "devopsify-postgres-exporter");
    assert_eq!(policy["spec"]["podSelector"]["matchLabels"], exporter["podLabels"], "no policy is of the exporter");
    assert_eq!(number(policy, "/spec/ingress/0/ports/0/port"), program_default("POSTGRES_EXPORTER_PORT"));
    let secret = named(&objects, "ExternalSecret", at(&exporter, "/config/datasourceSecret/name"));
    assert!(
        secret.pointer("/spec/target/template/data/DATABASE_MONITORING_URL").is_some()
            && at(&exporter, "/config/datasourceSecret/key") == "DATABASE_MONITORING_URL"
    );
    named(&objects, "ConfigMap", at(&exporter, "/extraVolumes/0/configMap/name"));
    let mount = at(container(named(&objects, "Deployment", "devopsify-api")), "/volumeMounts/0/mountPath");
    assert_eq!(at(&exporter, "/extraVolumeMounts/0/mountPath"), mount, "the exporter's authority is elsewhere");
    let options = text("monitoring/postgres-exporter.options");
    let options: Vec<&str> =
        options.lines().filter(|line| line.starts_with("--") && !line.starts_with("--web.listen-address")).collect();
    assert_eq!(texts(&exporter, "/config/extraArgs"), options, "other collectors than on one machine");
    let stack = yaml(&format!("{PLATFORM}/kube-prometheus-stack/values.yaml"));
    let sidecar = &stack["grafana"]["sidecar"]["dashboards"];
    let found = of_kind(&objects, "ConfigMap")
        .into_iter()
        .filter(|map| map["metadata"]["labels"][at(sidecar, "/label")] == sidecar["labelValue"])
        .count();
    assert_eq!(
        (found, at(sidecar, "/searchNamespace")),
        (files(&format!("{CHART}/files/dashboards"), &["json"]).len(), "ALL")
    );
    let namespace = yaml(&format!("{PLATFORM}/kube-prometheus-stack/chart.yaml"));
    assert_eq!(at(&namespace, "/namespace"), "monitoring", "network policies let nobody else in");
    let cluster = kustomize("infrastructure/kubernetes/manifests/cluster");
    named(
        &cluster,
        "StorageClass",
        at(&stack, "/prometheus/prometheusSpec/storageSpec/volumeClaimTemplate/spec/storageClassName"),
    );
    let class = named(&cluster, "IngressClass", at(named(&objects, "Ingress", "devopsify"), "/spec/ingressClassName"));
    named(&cluster, "IngressClassParams", at(class, "/spec/parameters/name"));
    println!("  platform: the platform's names and options are the store's");
}

#[test]
fn alerts_reach_somebody() {
    let (own, stack) = (yaml("monitoring/alertmanager.yml"), told("kube-prometheus-stack"));
    let told = &stack["alertmanager"]["config"];
    for key in ["route", "inhibit_rules"] {
        assert_eq!(told[key], own[key], "{key} is not that of monitoring/alertmanager.yml");
    }
    let names = |config: &Value| -> Vec<String> {
        list(config, "/receivers").iter().map(|receiver| at(receiver, "/name").to_owned()).collect()
    };
    assert_eq!(names(told), names(&own), "other receivers than those of monitoring/alertmanager.yml");
    let [secret] = texts(&stack, "/alertmanager/alertmanagerSpec/secrets")[..] else { panic!("no secret is mounted") };
    for receiver in list(told, "/receivers") {
        let (name, file) = (at(receiver, "/name"), at(receiver, "/webhook_configs/0/url_file"));
        assert_eq!(file, format!("/etc/alertmanager/secrets/{secret}/{name}"), "what is sent to {name} reaches nobody");
    }
    assert_eq!(stack["defaultRules"]["rules"]["general"], false, "two alerts of one name");
    println!("  platform: {} receivers, and the routes to them are monitoring's", names(told).len());
}

/// A pattern that fits no file is no error to Prometheus, which then has no rules.
#[test]
fn one_machine_has_the_rules_and_dashboards_of_the_chart() {
    let (rules, dashboards) = (format!("{CHART}/files/rules"), format!("{CHART}/files/dashboards"));
    let configuration = yaml("monitoring/prometheus/prometheus.yml");
    assert_eq!(texts(&configuration, "/rule_files"), [format!("../../{rules}/*.yaml")]);
    // The container's folder is as deep as the repository's, so that the pattern fits there too.
    let compose = yaml("compose.yaml");
    let mounted = [
        ("prometheus", "./monitoring/prometheus:/etc/prometheus:ro".to_owned()),
        ("prometheus", format!("./{rules}:/{rules}:ro")),
        ("grafana", format!("./{dashboards}:/var/lib/grafana/dashboards:ro")),
    ];
    for (service, volume) in &mounted {
        let volumes = texts(&compose, &format!("/services/{service}/volumes"));
        assert!(volumes.contains(&volume.as_str()), "{service} has no {volume}");
    }
    let tested: BTreeSet<String> = files("monitoring/prometheus/tests", &["yaml"])
        .iter()
        .flat_map(|file| texts(&yaml(file), "/rule_files").into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let expected: BTreeSet<String> = files(&rules, &["yaml"]).iter().map(|file| format!("../../../{file}")).collect();
    assert_eq!(tested, expected, "promtool tests other rules");
    println!("  platform: one machine has the chart's {} files of rules", expected.len());
}

#[test]
fn what_one_machine_lacks_is_scraped() {
    let stack = told("kube-prometheus-stack");
    let mut metrics = 0;
    for metric in list(&yaml("monitoring/prometheus/external-metrics.yaml"), "/metrics") {
        match at(metric, "/exporter") {
            "kube-state-metrics" => assert!(stack.get("kubeStateMetrics").is_none(), "it is told otherwise: {metric}"),
            "blackbox_exporter" => expect_probed(&stack),
            "Argo CD, its application controller" => expect_argocd(&stack),
            "External Secrets" => {
                let secrets = told("external-secrets");
                assert_eq!(secrets["serviceMonitor"]["enabled"], true, "nobody scrapes {metric}");
            }
            // Of who makes backups with something else than RDS.
            "node_exporter, its textfile collector" => {}
            unknown => panic!("nothing in a cluster brings {metric}: who is {unknown}?"),
        }
        metrics += 1;
    }
    println!("  platform: {metrics} metrics that one machine lacks have a source");
}

fn expect_probed(stack: &Value) {
    let (exporter, place) = (told("blackbox-exporter"), yaml(&format!("{PLATFORM}/blackbox-exporter/chart.yaml")));
    let objects = store_in("production");
    let probe = named(&objects, "Probe", "devopsify");
    let address = format!("{}.{}:9115", at(&exporter, "/fullnameOverride"), at(&place, "/namespace"));
    assert_eq!(at(probe, "/spec/prober/url"), address, "the probe asks nobody");
    let module = &exporter["config"]["modules"][at(probe, "/spec/module")];
    assert_eq!(
        module["http"]["fail_if_not_ssl"], true,
        "the exporter has no such module, or takes an answer without TLS"
    );
    let host = at(&of_kind(&objects, "Ingress")[0]["spec"], "/rules/0/host");
    assert_eq!(texts(probe, "/spec/targets/staticConfig/static"), [format!("https://{host}/")]);
    let selector = &stack["prometheus"]["prometheusSpec"]["probeSelectorNilUsesHelmValues"];
    assert_eq!(*selector, false, "Prometheus takes its own chart's probes alone");
}

fn expect_argocd(stack: &Value) {
    let argocd = yaml("gitops/argocd/install/values.yaml");
    assert_eq!(argocd["controller"]["metrics"]["enabled"], true, "ArgoCD tells nothing");
    let monitor = &stack["prometheus"]["additionalServiceMonitors"][0];
    assert_eq!(at(monitor, "/selector/matchLabels/app.kubernetes.io~1name"), "argocd-metrics", "nobody scrapes ArgoCD");
    let place = yaml("gitops/argocd/install/chart.yaml");
    assert_eq!(texts(monitor, "/namespaceSelector/matchNames"), [at(&place, "/namespace")]);
}

#[test]
fn what_is_kept_fits_its_volume() {
    let spec = told("kube-prometheus-stack")["prometheus"]["prometheusSpec"].clone();
    let volume = at(&spec, "/storageSpec/volumeClaimTemplate/spec/resources/requests/storage");
    let kept = at(&spec, "/retentionSize").strip_suffix("GB").expect("nothing ends before the volume is full");
    // Prometheus's GB are GiB; its log of what was written last comes on top.
    let (kept, volume) = (quantity(&format!("{kept}Gi")), quantity(volume));
    assert!(kept * 100 <= volume * 92, "{kept} MiB are kept on {volume}");
    println!("  platform: {kept} MiB of metrics on a volume of {volume}");
}
