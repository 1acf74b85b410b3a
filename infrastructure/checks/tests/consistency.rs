//! What several layers say of the same thing: the program, the chart, its policies, monitoring, and Terraform.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod kubernetes;

use std::collections::{BTreeMap, BTreeSet};

use infrastructure_checks::{files, path, text};
use kubernetes::{
    CHART, ENVIRONMENTS, at, between, container, containers, list, named, number, of_kind, program_config,
    program_default, render, schemas, selects, selects_pods, store_in, texts, title, values_of, workloads, yaml,
};
use serde_json::Value;

const PLATFORM: &str = "gitops/applications/platform";
const TERRAFORM: &str = "infrastructure/terraform/store";

fn port(objects: &[Value], workload: &str, name: &str) -> i64 {
    let ports = list(container(named(objects, "Deployment", workload)), "/ports");
    number(
        ports.iter().find(|port| at(port, "/name") == name).unwrap_or_else(|| panic!("{workload} has no port {name}")),
        "/containerPort",
    )
}

#[test]
fn ports_are_the_programs() {
    let objects = store_in("production");
    let expected = [
        ("devopsify-api", "http", "PORT"),
        ("devopsify-api", "metrics", "OPERATIONS_PORT"),
        ("devopsify-worker", "metrics", "WORKER_PORT"),
        ("devopsify-storefront", "http", "STOREFRONT_PORT"),
        ("devopsify-storefront", "metrics", "STOREFRONT_METRICS_PORT"),
    ];
    for (workload, name, variable) in expected {
        assert_eq!(port(&objects, workload, name), program_default(variable), "{workload}, {name}");
    }
    let variables = |workload: &str| environment(named(&objects, "Deployment", workload));
    assert_eq!(variables("devopsify-storefront")["PORT"], port(&objects, "devopsify-storefront", "http").to_string());
    assert_eq!(
        variables("devopsify-storefront")["STOREFRONT_METRICS_PORT"],
        port(&objects, "devopsify-storefront", "metrics").to_string()
    );
    assert_eq!(
        variables("devopsify-storefront")["API_URL"],
        format!("http://devopsify-api:{}", port(&objects, "devopsify-api", "http"))
    );
    assert_eq!(
        variables("devopsify-api")["STOREFRONT_URL"],
        format!("http://devopsify-storefront:{}", port(&objects, "devopsify-storefront", "http"))
    );
    let health = at(
        named(&objects, "Ingress", "devopsify"),
        "/metadata/annotations/alb.ingress.kubernetes.io~1healthcheck-port",
    );
    assert_eq!(health, port(&objects, "devopsify-api", "metrics").to_string(), "the load balancer asks another port");
    println!("  consistency: {} ports are the program's", expected.len());
}

/// The variables that are given as they are.
fn environment(workload: &Value) -> BTreeMap<String, String> {
    let variables = list(container(workload), "/env").iter();
    variables.map(|variable| (at(variable, "/name").to_owned(), at(variable, "/value").to_owned())).collect()
}

#[test]
fn variables_are_the_programs() {
    let config = program_config();
    let known: BTreeSet<&str> = between(&config, "env = \"", "\"").into_iter().collect();
    let sources =
        ["app", "components", "lib"].iter().flat_map(|folder| files(&format!("src/frontend/{folder}"), &["ts", "tsx"]));
    let frontend: String =
        sources.chain(["src/frontend/instrumentation.ts".to_owned()]).map(|file| text(&file)).collect();
    let name = |rest: &str| rest.split(|c: char| !(c.is_ascii_uppercase() || c == '_')).next().unwrap().to_owned();
    let read: BTreeSet<String> =
        frontend.split("process.env.").skip(1).map(name).filter(|name| name != "NEXT_RUNTIME").collect();
    let traced = render(&[&values_of("production")], &["tracing.endpoint=http://collector.tracing:4318"]);
    let (objects, telemetry, mut variables) = (traced, text("docs/operations/telemetry.md"), 0);
    for workload in workloads(&objects) {
        let given: BTreeSet<String> = environment(workload).into_keys().collect();
        let required: &[&str] = match texts(container(workload), "/args")[..] {
            ["serve"] => &[
                "DATABASE_URL",
                "SECRET_KEY",
                "STRIPE_SECRET_KEY",
                "STRIPE_PUBLISHABLE_KEY",
                "STRIPE_WEBHOOK_SECRET",
                "STOREFRONT_URL",
                "STATIC_URL",
                "TRUSTED_PROXIES",
                "PUBLIC_URL",
                "MEDIA_URL",
            ],
            ["worker"] => &[
                "DATABASE_URL",
                "SECRET_KEY",
                "STRIPE_SECRET_KEY",
                "STRIPE_PUBLISHABLE_KEY",
                "STRIPE_WEBHOOK_SECRET",
                "SMTP_URL",
                "PUBLIC_URL",
                "MEDIA_URL",
            ],
            ["migrate"] => &["DATABASE_OWNER_URL"],
            // Next.js knows these itself.
            _ => {
                let own = ["HOSTNAME", "PORT", "NEXT_TELEMETRY_DISABLED"].map(str::to_owned);
                assert_eq!(given, read.iter().cloned().chain(own).collect(), "{}", title(workload));
                continue;
            }
        };
        // AWS's client reads its region itself, and OpenTelemetry's what it is told.
        let is_library = |name: &str| name == "AWS_REGION" || name.starts_with("OTEL_") && telemetry.contains(name);
        let unknown: Vec<&String> =
            given.iter().filter(|name| !known.contains(name.as_str()) && !is_library(name)).collect();
        assert!(unknown.is_empty(), "{}: the program does not know {unknown:?}", title(workload));
        let missing: Vec<_> = required.iter().filter(|name| !given.contains(**name)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:?}", title(workload));
        variables += given.len();
    }
    println!("  consistency: {variables} variables are known to the program, {} to the storefront", read.len());
}

#[test]
fn commands_are_the_programs() {
    let (program, objects) = (text("src/backend/src/command.rs"), store_in("production"));
    for workload in workloads(&objects) {
        for command in containers(workload).into_iter().flat_map(|container| texts(container, "/args")) {
            let variant = format!("    {}{}", command[..1].to_uppercase(), &command[1..]);
            let is_known = [" {", "("].iter().any(|then| program.contains(&format!("{variant}{then}")));
            assert!(is_known, "{} runs `devopsify {command}`, which is no command", title(workload));
        }
    }
    println!("  consistency: {} workloads run commands of the program or its storefront", workloads(&objects).len());
}

#[test]
fn shutting_down_loses_no_request() {
    let drain = |file: &str| -> i64 {
        between(&text(file), "const DRAIN: Duration = Duration::from_secs(", ")")[0].parse().unwrap()
    };
    let drain = drain("src/backend/src/server/mod.rs").max(drain("src/backend/src/worker.rs"));
    let objects = store_in("production");
    for deployment in of_kind(&objects, "Deployment") {
        let sleep = container(deployment).pointer("/lifecycle/preStop/sleep/seconds").and_then(Value::as_i64);
        let is_served = of_kind(&objects, "Service").iter().any(|service| {
            selects_pods(service.pointer("/spec/selector"), deployment)
                && list(service, "/spec/ports").iter().any(|port| at(port, "/name") == "http")
        });
        assert!(!is_served || sleep >= Some(10), "{} stops before anybody has learnt of it", title(deployment));
        let grace = number(deployment, "/spec/template/spec/terminationGracePeriodSeconds");
        assert!(grace >= sleep.unwrap_or(0) + drain + 5, "{} is killed while it drains", title(deployment));
    }
    let attributes = at(
        named(&objects, "Ingress", "devopsify"),
        "/metadata/annotations/alb.ingress.kubernetes.io~1target-group-attributes",
    );
    assert_eq!(
        attributes,
        format!("deregistration_delay.timeout_seconds={drain}"),
        "the load balancer cuts off what still runs"
    );
    println!("  consistency: 3 deployments are told, drain {drain} s, and are not killed meanwhile");
}

/// A setting of an environment's values, nested ones by their own name.
fn variable(environment: &str, name: &str) -> String {
    let text = text(&format!("{TERRAFORM}/environments/{environment}.tfvars"));
    let value = text.lines().filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == name);
    value.unwrap_or_else(|| panic!("{environment} sets no {name}")).1.trim().trim_matches('"').to_owned()
}

#[test]
fn terraform_makes_what_the_chart_names() {
    if !path(TERRAFORM).is_dir() {
        println!("  consistency: SKIPPED 1 check: {TERRAFORM} is not there");
        return;
    }
    let terraform: String = files(TERRAFORM, &["tf"]).iter().map(|file| text(file)).collect();
    let mut agreed = 0;
    for environment in ENVIRONMENTS {
        let values = yaml(&values_of(environment));
        assert_eq!(values["host"], variable(environment, "domain"), "{environment}");
        assert_eq!(values["region"], variable(environment, "region"), "{environment}");
        let subnets = |first: u8| {
            (first..first + 3)
                .map(|third| variable(environment, "cidr").replace(".0.0/16", &format!(".{third}.0/24")))
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&values, "/network/loadBalancer"), subnets(0), "{environment}: the public subnets");
        assert_eq!(texts(&values, "/network/database"), subnets(3), "{environment}: the database's subnets");
        assert_eq!(values["secrets"]["application"], format!("devopsify-{environment}/application"));
        for bucket in ["media", "artifacts"] {
            let named = format!("devopsify-{environment}-{bucket}-");
            assert!(at(&values, &format!("/{bucket}/bucket")).starts_with(&named), "{environment}: {bucket}");
        }
        let version = variable(environment, "kubernetes_version");
        assert!(
            schemas::VERSIONS.contains(&version.as_str()),
            "{environment} runs Kubernetes {version}, which nothing here is checked against"
        );
        for account in ["devopsify-api", "devopsify-worker"] {
            named(&store_in(environment), "ServiceAccount", account);
            assert!(
                terraform.contains(&format!("service_account = \"{account}\"")),
                "{environment} lends {account} no role"
            );
        }
        let secrets = yaml(&format!("{PLATFORM}/external-secrets/values.yaml"));
        assert!(
            terraform.contains(&format!("service_account = \"{}\"", at(&secrets, "/serviceAccount/name"))),
            "{environment}: nobody may read secrets"
        );
        for output in between(&text(&values_of(environment)), "# to be set: Terraform's ", "\n") {
            assert!(terraform.contains(&format!("output \"{output}\" {{")), "{environment} has no output {output}");
            agreed += 1;
        }
        agreed += 10;
    }
    println!("  consistency: {agreed} names and addresses are Terraform's");
}

#[test]
fn the_database_has_connections_for_everybody() {
    if !path(TERRAFORM).is_dir() {
        println!("  consistency: SKIPPED 1 check: {TERRAFORM} is not there");
        return;
    }
    for environment in ENVIRONMENTS {
        let objects = store_in(environment);
        let api = number(named(&objects, "HorizontalPodAutoscaler", "devopsify-api"), "/spec/maxReplicas");
        let worker = number(named(&objects, "Deployment", "devopsify-worker"), "/spec/replicas");
        // In a rollout the old ones may all drain while the new ones, and one more, have begun. Each opens one beside its pool.
        let processes = 2 * api + 1 + 2 * worker + 1;
        let each: i64 = environment_of(&objects, "devopsify-api")["DATABASE_MAX_CONNECTIONS"].parse().unwrap();
        // Migrations, the exporter and people need some, too; PostgreSQL and RDS keep some for superusers.
        let needed = processes * (each + 1) + 15;
        let there = variable(environment, "max_connections").parse::<i64>().unwrap() - 10;
        assert!(needed <= there, "{environment} opens up to {needed} connections and has {there}");
    }
    println!("  consistency: {} databases have connections for everybody", ENVIRONMENTS.len());
}

fn environment_of(objects: &[Value], deployment: &str) -> BTreeMap<String, String> {
    environment(named(objects, "Deployment", deployment))
}

#[test]
fn the_resolver_is_where_policies_allow_it() {
    let cluster = text("infrastructure/terraform/modules/eks/main.tf");
    let network = between(&cluster, "service_ipv4_cidr = \"", "\"");
    let [network] = network[..] else { panic!("EKS chooses its services' network itself") };
    // AWS, "EKS: Manage CoreDNS": the resolver is the tenth address of it.
    let resolver = network.split_once("0/").unwrap().0.to_owned() + "10";
    assert_eq!(at(&yaml(&format!("{CHART}/values.yaml")), "/network/dns"), resolver, "nobody finds a name");
    for environment in ENVIRONMENTS {
        assert!(
            yaml(&values_of(environment))["network"].get("dns").is_none(),
            "{environment} has a resolver of its own"
        );
    }
    println!("  consistency: the resolver is {resolver}");
}

#[test]
fn the_load_balancer_is_logged_and_kept() {
    for environment in ENVIRONMENTS {
        let objects = store_in(environment);
        let pointer = "/metadata/annotations/alb.ingress.kubernetes.io~1load-balancer-attributes";
        let attributes: BTreeMap<&str, &str> = at(named(&objects, "Ingress", "devopsify"), pointer)
            .split(',')
            .map(|attribute| attribute.split_once('=').unwrap_or_else(|| panic!("{attribute} is no attribute")))
            .collect();
        assert_eq!(attributes["access_logs.s3.enabled"], "true", "{environment}: nobody knows who asked for what");
        let bucket = attributes["access_logs.s3.bucket"];
        assert!(bucket.starts_with(&format!("devopsify-{environment}-logs-")), "{environment} logs to {bucket}");
        let writer = format!("load_balancers  = \"{}\"", attributes["access_logs.s3.prefix"]);
        assert!(
            text(&format!("{TERRAFORM}/main.tf")).contains(&writer),
            "{environment}: the load balancer may not write to {bucket}"
        );
        let is_kept = attributes["deletion_protection.enabled"] == "true";
        assert_eq!(is_kept, environment == "production", "{environment}");
    }
    let teardown = text("docs/operations/teardown.md");
    assert!(teardown.contains("deletion_protection.enabled=false"), "nobody says how it goes in the end");
    println!("  consistency: {} load balancers are logged", ENVIRONMENTS.len());
}

#[test]
fn the_program_opens_what_files_are_in() {
    let objects = store_in("production");
    let [api, worker] = ["devopsify-api", "devopsify-worker"].map(|workload| environment_of(&objects, workload));
    assert_eq!(worker["MEDIA_URL"], api["MEDIA_URL"], "pictures are made for nobody");
    let schemes = ["MEDIA_URL", "STATIC_URL"].map(|variable| api[variable].split("://").next().unwrap().to_owned());
    for scheme in &schemes {
        assert!(text("src/backend/src/files.rs").contains(&format!("\"{scheme}\" => ")), "nothing opens {scheme}://");
    }
    println!("  consistency: the program opens {}", schemes.map(|scheme| format!("{scheme}://")).join(" and "));
}

#[test]
fn services_lead_to_pods() {
    let objects = store_in("production");
    let workloads = workloads(&objects);
    for service in of_kind(&objects, "Service") {
        let pods: Vec<_> =
            workloads.iter().filter(|workload| selects_pods(service.pointer("/spec/selector"), workload)).collect();
        let [workload] = pods[..] else { panic!("{} leads to {} workloads", title(service), pods.len()) };
        for port in list(service, "/spec/ports") {
            let mut targets = list(container(workload), "/ports").iter();
            let target = targets
                .find(|target| target["name"] == port["targetPort"])
                .unwrap_or_else(|| panic!("{}: {port}", title(service)));
            assert_eq!(target["containerPort"], port["port"], "{} is another port outside than inside", title(service));
        }
    }
    let monitor = of_kind(&objects, "ServiceMonitor")[0];
    let scraped = of_kind(&objects, "Service")
        .into_iter()
        .filter(|service| selects(monitor.pointer("/spec/selector/matchLabels"), service.pointer("/metadata/labels")))
        .count();
    assert_eq!(scraped, 3, "the monitor finds {scraped} services");
    let backend = of_kind(&objects, "Ingress")[0].pointer("/spec/rules/0/http/paths/0/backend/service").unwrap();
    assert_eq!(
        (at(backend, "/name"), at(backend, "/port/name")),
        ("devopsify-api", "http"),
        "visitors come elsewhere than to the one origin"
    );
    println!("  consistency: {scraped} services lead to their pods and are scraped");
}
