//! The chart: rendered for every environment with every combination of features, and held against schemas and policies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod kubernetes;

use std::collections::BTreeSet;

use infrastructure_checks::{files, run, text, tool};
use kubernetes::{
    CHART, ENVIRONMENTS, FEATURES, at, container, containers, list, named, network, number, of_kind, quantity, render,
    schemas, selects_pods, store_in, texts, title, try_render, values_of, wave, workloads, yaml,
};
use serde_json::Value;

/// Each environment with each combination of features.
fn renderings() -> Vec<Vec<Value>> {
    let mut renderings = Vec::new();
    for environment in ENVIRONMENTS {
        for combination in 0..1_u32 << FEATURES.len() {
            let set: Vec<String> = FEATURES
                .iter()
                .enumerate()
                .map(|(i, feature)| format!("{feature}={}", combination >> i & 1 == 1))
                .collect();
            let set: Vec<&str> = set.iter().map(String::as_str).collect();
            renderings.push(render(&[&values_of(environment)], &set));
        }
    }
    renderings
}

#[test]
fn helm_finds_nothing_to_say() {
    run(tool("helm").args(["lint", "--strict", "--quiet", CHART]));
    for environment in ENVIRONMENTS {
        run(tool("helm").args(["lint", "--strict", "--quiet", CHART, "--values", &values_of(environment)]));
    }
    println!("  chart: linted with {} files of values", ENVIRONMENTS.len() + 1);
}

#[test]
fn every_rendering_fits_the_schemas() {
    let renderings = renderings();
    let objects: Vec<Value> = renderings.iter().flatten().cloned().collect();
    let distinct = schemas::expect_valid(&objects);
    println!(
        "  chart: {} renderings, {} objects, {distinct} different ones, against Kubernetes {} and {} packages of custom kinds",
        renderings.len(),
        objects.len(),
        schemas::VERSIONS.join(", "),
        2
    );
}

#[test]
fn pods_are_restricted() {
    let mut pods = 0;
    for environment in ENVIRONMENTS {
        for workload in workloads(&store_in(environment)) {
            expect_restricted(workload);
            expect_resources(workload);
            pods += 1;
        }
    }
    println!("  chart: {pods} kinds of pods are restricted and bounded");
}

/// Kubernetes, "Pod Security Standards", restricted; and a file system that nobody writes to.
fn expect_restricted(workload: &Value) {
    let (title, pod) = (title(workload), &workload["spec"]["template"]["spec"]);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{title} may run as root");
    assert!(pod["securityContext"]["runAsUser"].as_i64() > Some(0), "{title} runs as root");
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{title} has no seccomp profile");
    assert_eq!(pod["automountServiceAccountToken"], false, "{title} has a token for the cluster's API");
    for forbidden in ["hostNetwork", "hostPID", "hostIPC"] {
        assert!(pod.get(forbidden).is_none(), "{title} has {forbidden}");
    }
    for container in containers(workload) {
        let security = &container["securityContext"];
        assert_eq!(security["allowPrivilegeEscalation"], false, "{title} may gain privileges");
        assert_eq!(security["readOnlyRootFilesystem"], true, "{title} may write to its root file system");
        assert_eq!(texts(container, "/securityContext/capabilities/drop"), ["ALL"], "{title} has capabilities");
        for forbidden in ["privileged", "runAsUser", "runAsNonRoot", "procMount"] {
            assert!(security.get(forbidden).is_none(), "{title} sets {forbidden} anew");
        }
        assert!(security["capabilities"].get("add").is_none(), "{title} adds capabilities");
        let (_, digest) = at(container, "/image").split_once("@sha256:").expect("an image without a digest");
        assert_eq!(digest.len(), 64, "{title} has an image by another digest than SHA-256");
    }
    for volume in list(pod, "/volumes") {
        assert!(volume.get("configMap").is_some(), "{title} mounts {volume}");
    }
}

fn expect_resources(workload: &Value) {
    let title = title(workload);
    for resources in containers(workload).into_iter().map(|container| &container["resources"]) {
        let requested = (quantity(at(resources, "/requests/cpu")), quantity(at(resources, "/requests/memory")));
        assert!(requested.0 > 0 && requested.1 > 0, "{title} asks for nothing");
        assert!(
            quantity(at(resources, "/limits/memory")) >= requested.1,
            "{title} asks for more memory than it may take"
        );
        assert!(resources["limits"].get("cpu").is_none(), "{title} is throttled while the node is idle");
    }
}

#[test]
fn deployments_stay_available() {
    let mut probes = 0;
    for environment in ENVIRONMENTS {
        let objects = store_in(environment);
        for deployment in of_kind(&objects, "Deployment") {
            probes += expect_probes(deployment);
            expect_available(deployment, &objects);
        }
    }
    println!("  chart: {probes} probes, and a budget, a spread and bounds for each deployment");
}

fn expect_probes(deployment: &Value) -> usize {
    let (title, container) = (title(deployment), container(deployment));
    let ports: BTreeSet<&str> = list(container, "/ports").iter().map(|port| at(port, "/name")).collect();
    let path = |probe: &str| {
        let get = &container[probe]["httpGet"];
        assert!(ports.contains(at(get, "/port")), "{title}: the {probe} asks a port that is not there: {get}");
        at(get, "/path").to_owned()
    };
    let (startup, live, ready) = (path("startupProbe"), path("livenessProbe"), path("readinessProbe"));
    assert_eq!(startup, live, "{title} is started by another sign than it lives by");
    // What is restarted because of somebody else's failure makes two failures of one.
    assert!(live == "/livez" && ready == "/readyz" || live == "/icon.svg" && ready == live, "{title}: {live}, {ready}");
    if live == "/icon.svg" {
        assert!(
            infrastructure_checks::path("src/frontend/public/icon.svg").is_file(),
            "{title} is asked for a file that is not there"
        );
    }
    3
}

fn expect_available(deployment: &Value, objects: &[Value]) {
    let title = title(deployment);
    let is_of = |object: &&&Value| selects_pods(object.pointer("/spec/selector/matchLabels"), deployment);
    let budgets = of_kind(objects, "PodDisruptionBudget").iter().filter(is_of).count();
    assert_eq!(budgets, 1, "{title} has {budgets} budgets");
    let spreads = list(deployment, "/spec/template/spec/topologySpreadConstraints");
    let keys: Vec<&str> = spreads.iter().map(|spread| at(spread, "/topologyKey")).collect();
    assert_eq!(keys, ["topology.kubernetes.io/zone", "kubernetes.io/hostname"], "{title}");
    for spread in spreads {
        assert!(selects_pods(spread.pointer("/labelSelector/matchLabels"), deployment), "{title} spreads other pods");
    }
    assert_eq!(
        number(deployment, "/spec/strategy/rollingUpdate/maxUnavailable"),
        0,
        "{title} is fewer during a rollout"
    );
    let name = at(deployment, "/metadata/name");
    let scaler = of_kind(objects, "HorizontalPodAutoscaler")
        .into_iter()
        .find(|scaler| at(scaler, "/spec/scaleTargetRef/name") == name);
    let replicas = match scaler {
        Some(scaler) => {
            assert!(
                deployment["spec"].get("replicas").is_none(),
                "{title}: ArgoCD and its scaler would fight over replicas"
            );
            assert!(number(scaler, "/spec/maxReplicas") > number(scaler, "/spec/minReplicas"), "{title} is not scaled");
            number(scaler, "/spec/minReplicas")
        }
        None => number(deployment, "/spec/replicas"),
    };
    assert!(replicas >= 2, "{title} is one");
    assert!(name == "devopsify-worker" || scaler.is_some(), "{title} is not scaled");
}

#[test]
fn the_migration_comes_first() {
    for environment in ENVIRONMENTS {
        let objects = store_in(environment);
        let jobs = of_kind(&objects, "Job");
        let [job] = jobs[..] else { panic!("{} jobs", jobs.len()) };
        assert_eq!(
            at(job, "/metadata/annotations/argocd.argoproj.io~1hook"),
            "Sync",
            "other phases do not see what this sync brings"
        );
        assert_eq!(texts(container(job), "/args"), ["migrate"]);
        for deployment in of_kind(&objects, "Deployment") {
            assert!(wave(job) < wave(deployment), "{} does not wait for the migration", title(deployment));
            let api = container(deployment)["image"].as_str().unwrap();
            assert!(
                api == at(container(job), "/image") || at(container(deployment), "/name") == "storefront",
                "another image migrates"
            );
        }
        for needed in needs(job, &objects) {
            assert!(wave(needed) < wave(job), "{} comes after the migration that needs it", title(needed));
        }
    }
    let digest = |digit: &str| format!("images.api.digest=sha256:{}", digit.repeat(64));
    let name = |digit| at(of_kind(&render(&[], &[&digest(digit)]), "Job")[0], "/metadata/name").to_owned();
    assert_ne!(name("1"), name("2"), "a Job cannot be changed, so another image's needs another name");
    println!("  chart: the migration's wave is before {} deployments' and after what it needs", 3);
}

/// What a workload cannot start, or not work, without.
fn needs<'a>(workload: &Value, objects: &'a [Value]) -> Vec<&'a Value> {
    let pod = &workload["spec"]["template"]["spec"];
    let mut needed = vec![named(objects, "ServiceAccount", at(pod, "/serviceAccountName"))];
    let variables = containers(workload).into_iter().flat_map(|container| list(container, "/env"));
    for variable in variables.filter(|variable| variable.get("valueFrom").is_some()) {
        needed.push(named(objects, "ExternalSecret", at(variable, "/valueFrom/secretKeyRef/name")));
    }
    for volume in list(pod, "/volumes") {
        needed.push(named(objects, "ConfigMap", at(volume, "/configMap/name")));
    }
    let is_of = |policy: &&Value| selects_pods(policy.pointer("/spec/podSelector/matchLabels"), workload);
    needed.extend(of_kind(objects, "NetworkPolicy").into_iter().filter(is_of));
    needed
}

#[test]
fn secrets_come_from_outside_and_go_where_they_belong() {
    let mut references = 0;
    for environment in ENVIRONMENTS {
        let objects = store_in(environment);
        assert!(of_kind(&objects, "Secret").is_empty(), "a secret is in the repository");
        for workload in workloads(&objects) {
            for variable in containers(workload).into_iter().flat_map(|container| list(container, "/env")) {
                let Some(reference) = variable.pointer("/valueFrom/secretKeyRef") else { continue };
                assert_ne!(
                    at(workload, "/metadata/name"),
                    "devopsify-storefront",
                    "the storefront has a secret: {variable}"
                );
                let source = named(&objects, "ExternalSecret", at(reference, "/name"));
                assert!(keys(source).contains(&at(reference, "/key")), "{} has no {reference}", title(source));
                references += 1;
            }
            let expected =
                if at(workload, "/kind") == "Deployment" && title(workload) != "Deployment/devopsify-storefront" {
                    "devopsify-database,devopsify-application"
                } else {
                    ""
                };
            let reloaded = at(workload, "/metadata/annotations/secret.reloader.stakater.com~1reload");
            assert_eq!(reloaded, expected, "{} keeps a password that was changed", title(workload));
        }
        for source in of_kind(&objects, "ExternalSecret") {
            named(&objects, "SecretStore", at(source, "/spec/secretStoreRef/name"));
        }
    }
    println!("  chart: {references} references to secrets, none in the repository, none of the storefront");
}

fn keys(source: &Value) -> Vec<&str> {
    let templated = source.pointer("/spec/target/template/data").and_then(Value::as_object);
    let listed = list(source, "/spec/data").iter().map(|entry| at(entry, "/secretKey"));
    templated.into_iter().flatten().map(|(key, _)| key.as_str()).chain(listed).collect()
}

/// The secrets with an address of the database, its variable and its role; RDS names its administrator.
const DATABASE_SECRETS: [(&str, &str, &str); 4] = [
    ("devopsify-database", "DATABASE_URL", "devopsify_application"),
    ("devopsify-database-owner", "DATABASE_OWNER_URL", "devopsify_owner"),
    ("devopsify-database-monitoring", "DATABASE_MONITORING_URL", "devopsify_monitoring"),
    ("devopsify-database-admin", "DATABASE_ADMIN_URL", "{{ .username | urlquery }}"),
];

/// Whoever breaks into a process gets the rights of its role, so no process has the address of another one.
#[test]
fn each_process_has_the_address_of_its_role() {
    for environment in ENVIRONMENTS {
        let objects = store_in(environment);
        for container in workloads(&objects).into_iter().flat_map(containers) {
            let variables = list(container, "/env").iter().map(|variable| at(variable, "/name"));
            let addresses: Vec<&str> =
                variables.filter(|name| name.starts_with("DATABASE_") && name.ends_with("_URL")).collect();
            let expected: &[&str] = match texts(container, "/args")[..] {
                ["serve" | "worker"] => &["DATABASE_URL"],
                ["migrate"] => &["DATABASE_OWNER_URL"],
                ["roles"] => &["DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_MONITORING_URL", "DATABASE_ADMIN_URL"],
                _ => &[],
            };
            assert_eq!(addresses, expected, "{container}");
        }
    }
    println!("  chart: {} addresses of the database, each where its role is", DATABASE_SECRETS.len());
}

#[test]
fn the_database_is_known_by_its_authority() {
    let objects = store_in("production");
    let mut roots = BTreeSet::new();
    for (secret, variable, role) in DATABASE_SECRETS {
        let source = named(&objects, "ExternalSecret", secret);
        let url = at(source, &format!("/spec/target/template/data/{variable}"));
        let (address, options) = url.split_once('?').expect("a URL without options");
        let (user, password) = address.strip_prefix("postgres://").unwrap().split_once(':').unwrap();
        assert_eq!(user, role, "{secret}");
        assert!(password.starts_with("{{ .password | urlquery }}@"), "{address}");
        assert!(address.ends_with(".rds.amazonaws.com:5432/devopsify"), "{address}");
        roots.insert(options.strip_prefix("sslmode=verify-full&sslrootcert=").expect("the server is not verified"));
    }
    assert_eq!(roots.len(), 1, "{roots:?}");
    let (folder, file) = roots.pop_first().unwrap().rsplit_once('/').unwrap();
    for workload in
        workloads(&objects).into_iter().filter(|workload| at(workload, "/metadata/name") != "devopsify-storefront")
    {
        let volume = &list(workload, "/spec/template/spec/volumes")[0];
        for container in containers(workload) {
            let mount = &list(container, "/volumeMounts")[0];
            assert_eq!(at(mount, "/mountPath"), folder, "{} has no authority there", title(workload));
            assert_eq!(at(volume, "/name"), at(mount, "/name"));
        }
        let map = named(&objects, "ConfigMap", at(volume, "/configMap/name"));
        let pem = map["data"][file].as_str().unwrap_or_else(|| panic!("{} has no {file}", title(map)));
        assert_eq!(pem.trim(), text(&format!("{CHART}/files/rds/eu-central-1.pem")).trim());
    }
    println!("  chart: the database is verified against the authority of its region");
}

#[test]
fn rules_and_dashboards_reach_the_cluster_unchanged() {
    let objects = store_in("production");
    let rules = of_kind(&objects, "PrometheusRule");
    for rule in &rules {
        let name = at(rule, "/metadata/name").trim_start_matches("devopsify-");
        assert_eq!(rule["spec"], yaml(&format!("{CHART}/files/rules/{name}.yaml")), "{name} was changed on its way");
    }
    schemas::expect_rules(&rules);
    let dashboards: Vec<&Value> = of_kind(&objects, "ConfigMap")
        .into_iter()
        .filter(|map| at(map, "/metadata/labels/grafana_dashboard") == "1")
        .collect();
    for (file, content) in dashboards.iter().flat_map(|map| map["data"].as_object().unwrap()) {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let source = format!("{CHART}/files/dashboards/{}", file.trim_start_matches("devopsify-"));
        assert_eq!(parse(content.as_str().unwrap()), parse(&text(&source)), "{file} was changed on its way");
    }
    let count = files(&format!("{CHART}/files"), &["yaml", "json"]).len();
    assert_eq!(rules.len() + dashboards.len(), count, "not every file is rendered");
    println!("  chart: {} files of rules and {} dashboards are rendered unchanged", rules.len(), dashboards.len());
}

#[test]
fn wrong_values_are_refused() {
    let zone = "images.api.digest=sha256:12";
    let refused = [
        ("api.replicas=3", "additional"),
        ("unknown=1", "additional"),
        ("api.minReplicas=1", "minimum"),
        ("api.minReplicas=two", "integer"),
        ("worker.replicas=0", "minimum"),
        (zone, "/images/api/digest"),
        ("images.api.repository=devopsify/api:latest", "pattern"),
        ("images.api.tag=latest", "additional"),
        ("api.resources.limits.cpu=1", "additional"),
        ("api.resources.limits.memory=1", "memory"),
        ("database.maxConnections=1", "minimum"),
        ("database.host=localhost", "pattern"),
        ("host=https://store.example.com", "pattern"),
        ("network.loadBalancer={}", "loadBalancer"),
        ("network.database={10.0.0.0}", "pattern"),
        ("secrets.external=yes", "boolean"),
        ("ingress.enabled=true,ingress.certificateArn=", "certificateArn"),
        ("region=us-east-1", "files/rds/us-east-1.pem is missing"),
        ("mail.from=nobody", "pattern"),
        ("tracing.endpoint=http://collector:4318", "pattern"),
        ("tracing.ratio=2", "maximum"),
        ("ingress.logs=s3://logs", "pattern"),
    ];
    for (set, word) in refused {
        let said = try_render(&[], &[set]).err().unwrap_or_else(|| panic!("{set} was taken"));
        assert!(said.contains(word), "{set} was refused for another reason: {said}");
    }
    println!("  chart: {} wrong values are refused", refused.len());
}

#[test]
fn network_policies_allow_the_drawn_arrows_alone() {
    let features = [
        ("monitoring.enabled=false", vec!["prometheus", "postgres-exporter", "collector"]),
        ("monitoring.enabled=true", vec!["collector"]),
        ("tracing.endpoint=http://collector.tracing:4318", vec![]),
    ];
    for environment in ENVIRONMENTS {
        for (set, absent) in &features {
            let objects = render(&[&values_of(environment)], &[set]);
            network::expect_drawn(&objects, environment, absent);
            network::expect_denied(&objects);
        }
    }
    println!("  chart: network policies allow {} drawn arrows and no other", network::drawn().len());
}

#[test]
fn nothing_runs_before_a_release() {
    let none = format!("digest=sha256:{}", "0".repeat(64));
    for environment in ENVIRONMENTS {
        for unreleased in ["api", "storefront"] {
            let objects = render(&[&values_of(environment)], &[&format!("images.{unreleased}.{none}")]);
            for kind in [
                "Deployment",
                "Job",
                "Ingress",
                "HorizontalPodAutoscaler",
                "PodDisruptionBudget",
                "Probe",
                "PrometheusRule",
            ] {
                let early: Vec<String> = of_kind(&objects, kind).into_iter().map(title).collect();
                assert!(early.is_empty(), "{environment} waits for the image of {unreleased}: {early:?}");
            }
            let databases = DATABASE_SECRETS.map(|(secret, ..)| secret);
            for needed in databases.into_iter().chain(["devopsify-application"]) {
                named(&objects, "ExternalSecret", needed);
            }
            named(&objects, "NetworkPolicy", "devopsify-postgres-exporter");
        }
        let jobs = store_in(environment);
        let deadline = number(of_kind(&jobs, "Job")[0], "/spec/activeDeadlineSeconds");
        assert!((400..=600).contains(&deadline), "a sync waits {deadline} s for a migration, and a rollback behind it");
    }
    println!("  chart: {} environments wait for a release with their secrets and policies", ENVIRONMENTS.len());
}
