//! GitOps: what ArgoCD would make of the repository, followed on paper: every path, value, project and destination.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod kubernetes;

use std::collections::BTreeSet;

use infrastructure_checks::{documents, files, path, text};
use kubernetes::{
    ENVIRONMENTS, INSTALLERS, at, group, kustomize, list, named, of_kind, schemas, store_in, texts, title, values_of,
    yaml,
};
use serde_json::Value;

const PLATFORM: &str = "gitops/applications/platform";

/// All objects that are for ArgoCD itself.
fn argocd() -> Vec<Value> {
    let folders = ["gitops/argocd/projects", "gitops/argocd/applicationsets"];
    let files = folders.iter().flat_map(|folder| files(folder, &["yaml"]));
    files.chain(["gitops/argocd/root.yaml".to_owned()]).flat_map(|file| documents(&text(&file))).collect()
}

/// The pinned charts of the platform, by folder.
fn charts() -> Vec<(String, Value)> {
    let files = files(PLATFORM, &["yaml"]).into_iter().filter(|file| file.ends_with("/chart.yaml"));
    files.map(|file| (file.trim_end_matches("/chart.yaml").to_owned(), yaml(&file))).collect()
}

/// What application sets generate for the three clusters, and the root: each application with its environment.
fn applications() -> Vec<(String, Value)> {
    let mut applications = Vec::new();
    for object in argocd() {
        match at(&object, "/kind") {
            "Application" => applications.push((String::new(), object.clone())),
            "ApplicationSet" => ENVIRONMENTS.iter().for_each(|environment| {
                let template = object["spec"]["template"]
                    .to_string()
                    .replace("{{ .metadata.labels.environment }}", environment)
                    .replace("{{ .name }}", environment);
                applications.extend(filled(&object, &template).into_iter().map(|one| ((*environment).to_owned(), one)));
            }),
            _ => {}
        }
    }
    applications
}

/// A template filled with what the set's generator of files finds; itself if there is none.
fn filled(set: &Value, template: &str) -> Vec<Value> {
    let parse = |text: &str| {
        assert!(!text.contains("{{"), "{}: nothing fills {text}", title(set));
        serde_json::from_str::<Value>(text).unwrap()
    };
    let Some(pattern) = set.pointer("/spec/generators/0/matrix/generators/1/git/files/0/path") else {
        return vec![parse(template)];
    };
    assert_eq!(pattern, &format!("{PLATFORM}/*/chart.yaml"));
    let fill = |(folder, chart): (String, Value)| {
        let mut text = template
            .replace("{{ .path.path }}", &folder)
            .replace("{{ .path.basename }}", folder.rsplit('/').next().unwrap());
        for key in ["repository", "chart", "version", "namespace"] {
            text = text.replace(
                &format!("{{{{ .{key} }}}}"),
                chart[key].as_str().unwrap_or_else(|| panic!("{folder} has no {key}")),
            );
        }
        parse(&text)
    };
    charts().into_iter().map(fill).collect()
}

fn sources(application: &Value) -> Vec<&Value> {
    let many = list(application, "/spec/sources");
    if many.is_empty() { vec![&application["spec"]["source"]] } else { many.iter().collect() }
}

/// What an application puts into its cluster, as far as it is in this repository.
fn objects(environment: &str, application: &Value) -> Vec<Value> {
    match at(application, "/spec/source/path") {
        "gitops/argocd" => argocd(),
        "infrastructure/kubernetes/charts/devopsify" => store_in(environment),
        "" => Vec::new(),
        folder => kustomize(folder),
    }
}

#[test]
fn definitions_of_argocd_are_kept() {
    let objects = argocd();
    let distinct = schemas::expect_valid(&objects);
    let unique: BTreeSet<String> = objects.iter().map(title).collect();
    assert_eq!(unique.len(), objects.len(), "two of one name");
    println!("  gitops: {distinct} objects of ArgoCD fit their definitions");
}

#[test]
fn every_path_and_file_of_values_is_there() {
    let (applications, mut paths) = (applications(), 0);
    for (environment, application) in &applications {
        for source in sources(application) {
            if let Some(folder) = source.get("path").and_then(Value::as_str) {
                assert!(path(folder).is_dir(), "{} follows a path that is not there: {folder}", title(application));
                paths += 1;
            }
            for file in texts(source, "/helm/valueFiles") {
                let local = file.trim_start_matches("$repository/").trim_start_matches('/');
                let may_miss = source["helm"]["ignoreMissingValueFiles"] == true
                    && local.ends_with(&format!("/{environment}.yaml"));
                assert!(may_miss || path(local).is_file(), "a file of values is not there: {local}");
                assert!(
                    file.starts_with(if source.get("chart").is_some() { "$repository/" } else { "/" }),
                    "{file} is looked for in the chart"
                );
                paths += 1;
            }
        }
    }
    assert_eq!(applications.len(), 1 + ENVIRONMENTS.len() * (2 + charts().len()));
    println!("  gitops: {} applications, {paths} paths and files of values", applications.len());
}

#[test]
fn no_file_is_left_out() {
    let mut known: BTreeSet<String> = ENVIRONMENTS.iter().map(|environment| values_of(environment)).collect();
    for (folder, _) in charts() {
        known.extend(ENVIRONMENTS.iter().map(|environment| format!("{folder}/{environment}.yaml")));
        known.extend(["chart", "values"].map(|file| format!("{folder}/{file}.yaml")));
    }
    let unknown: Vec<String> =
        files("gitops/applications", &["yaml"]).into_iter().filter(|file| !known.contains(file)).collect();
    assert!(unknown.is_empty(), "no application reads {unknown:?}");
    let root = applications().into_iter().find(|(_, application)| title(application) == "Application/root").unwrap().1;
    assert_eq!(at(&root, "/spec/source/directory/include"), "{root.yaml,projects/*.yaml,applicationsets/*.yaml}");
    println!("  gitops: {} files are read by an application", known.len());
}

#[test]
fn projects_allow_what_is_deployed() {
    let (argocd, mut allowed) = (argocd(), 0);
    for (environment, application) in applications() {
        let (title, project) = (title(&application), named(&argocd, "AppProject", at(&application, "/spec/project")));
        for source in sources(&application) {
            assert!(
                texts(project, "/spec/sourceRepos").contains(&at(source, "/repoURL")),
                "{title} comes from {}",
                source["repoURL"]
            );
        }
        let destination = &application["spec"]["destination"];
        let is_destination = |known: &&Value| {
            known["namespace"] == destination["namespace"]
                && known["server"] == destination["server"]
                && (known["name"] == "*" || known["name"] == destination["name"])
        };
        assert!(
            list(project, "/spec/destinations").iter().any(|known| is_destination(&known)),
            "{title} goes to {destination}"
        );
        for object in objects(&environment, &application) {
            let is_kind = |known: &Value| {
                [group(&object), "*"].contains(&at(known, "/group"))
                    && [at(&object, "/kind"), "*"].contains(&at(known, "/kind"))
            };
            let kinds =
                [list(project, "/spec/clusterResourceWhitelist"), list(project, "/spec/namespaceResourceWhitelist")]
                    .concat();
            assert!(
                kinds.iter().any(is_kind),
                "{title} brings a kind that its project does not allow: {}",
                kubernetes::title(&object)
            );
            allowed += 1;
        }
    }
    println!("  gitops: {allowed} objects are of a kind, from a place and to a place that their project allows");
}

#[test]
fn projects_of_the_store_allow_no_more() {
    let argocd = argocd();
    for environment in ENVIRONMENTS {
        let project = named(&argocd, "AppProject", environment);
        let kind = |group: &str, kind: &str| format!("{group}/{kind}");
        let rendered: BTreeSet<String> =
            store_in(environment).iter().map(|object| kind(group(object), at(object, "/kind"))).collect();
        let allowed: BTreeSet<String> = list(project, "/spec/namespaceResourceWhitelist")
            .iter()
            .map(|known| kind(at(known, "/group"), at(known, "/kind")))
            .collect();
        assert_eq!(allowed, rendered, "{environment}");
        assert!(
            project["spec"]["clusterResourceWhitelist"] == serde_json::json!([]),
            "{environment} may change the cluster"
        );
        let destinations = list(project, "/spec/destinations");
        assert_eq!(destinations, [serde_json::json!({"name": environment, "namespace": "devopsify"})], "{environment}");
    }
    println!("  gitops: {} projects allow exactly what the chart renders", ENVIRONMENTS.len());
}

#[test]
fn nothing_is_deleted_by_mistake() {
    for set in of_kind(&argocd(), "ApplicationSet") {
        assert_eq!(
            set["spec"]["syncPolicy"]["preserveResourcesOnDeletion"],
            true,
            "{} takes everything along",
            title(set)
        );
        assert_eq!(texts(set, "/spec/goTemplateOptions"), ["missingkey=error"], "{}", title(set));
    }
    for (_, application) in applications() {
        let (title, policy) = (title(&application), &application["spec"]["syncPolicy"]);
        let is_base = at(&application, "/spec/source/path").ends_with("manifests/cluster");
        assert_eq!(policy["automated"]["selfHeal"], true, "{title} drifts");
        assert_eq!(policy["automated"]["prune"], !is_base, "{title}");
        assert_eq!(policy["retry"]["limit"], -1, "{title} gives up before what it needs is there, and for good");
        assert_eq!(policy["retry"]["refresh"], true, "{title} tries what was undone meanwhile");
        assert!(texts(policy, "/syncOptions").contains(&"ServerSideApply=true"), "{title} cannot apply what is large");
        assert!(application["metadata"].get("finalizers").is_none(), "{title} hangs when it is deleted");
    }
    for (environment, application) in applications().into_iter().filter(|(environment, _)| !environment.is_empty()) {
        let options = at(&application, "/metadata/annotations/argocd.argoproj.io~1compare-options");
        let is_filled_in = !of_kind(&objects(&environment, &application), "ExternalSecret").is_empty();
        assert!(!is_filled_in || options == "ServerSideDiff=true", "{} drifts by defaults", title(&application));
    }
    println!("  gitops: application sets keep what runs, applications heal and try again");
}

#[test]
fn custom_kinds_have_an_installer() {
    let mut kinds = BTreeSet::new();
    for (environment, application) in applications() {
        for object in objects(&environment, &application) {
            let Some((_, folder, chart)) = INSTALLERS.iter().find(|(custom, ..)| *custom == group(&object)) else {
                continue;
            };
            if !folder.is_empty() {
                let installed = yaml(&format!("{folder}/chart.yaml"));
                assert_eq!(at(&installed, "/chart"), *chart, "nobody brings {}", title(&object));
            }
            kinds.insert(at(&object, "/kind").to_owned());
        }
    }
    for platform in ["metrics-server", "reloader"] {
        assert!(path(&format!("{PLATFORM}/{platform}/chart.yaml")).is_file(), "the chart counts on {platform}");
    }
    println!("  gitops: {} custom kinds have an installer: {kinds:?}", kinds.len());
}

#[test]
fn namespaces_are_of_the_cluster() {
    let cluster = kustomize("infrastructure/kubernetes/manifests/cluster");
    let mut namespaces: BTreeSet<String> =
        of_kind(&cluster, "Namespace").iter().map(|namespace| at(namespace, "/metadata/name").to_owned()).collect();
    namespaces.insert("kube-system".to_owned());
    for (_, application) in applications() {
        let namespace = at(&application, "/spec/destination/namespace");
        assert!(
            namespaces.contains(namespace),
            "{} goes into a namespace that nobody makes: {namespace}",
            title(&application)
        );
    }
    let exporter = yaml(&format!("{PLATFORM}/kube-prometheus-stack/values.yaml"));
    assert!(namespaces.contains(at(&exporter, "/prometheus-node-exporter/namespaceOverride")));
    println!("  gitops: {} namespaces", namespaces.len());
}

#[test]
fn clusters_are_named_as_environments() {
    for environment in ENVIRONMENTS {
        let clusters =
            yaml(&format!("gitops/argocd/install/{environment}.yaml"))["configs"]["clusterCredentials"].clone();
        assert_eq!(
            clusters.as_object().unwrap().keys().collect::<Vec<_>>(),
            [environment],
            "applications look for {environment}"
        );
        assert_eq!(clusters[environment]["labels"]["environment"], environment, "application sets look for the label");
        let watched =
            yaml(&format!("{PLATFORM}/kube-prometheus-stack/{environment}.yaml"))["prometheus"]["prometheusSpec"]
                .clone();
        assert_eq!(watched["externalLabels"]["environment"], environment, "alerts tell of another environment");
        let class = &watched["scrapeClasses"][0];
        assert_eq!(
            class["relabelings"],
            serde_json::json!([{"targetLabel": "environment", "replacement": environment}])
        );
        assert_eq!(class["default"], true, "the label is on no target");
    }
    println!("  gitops: {} clusters have one name everywhere", ENVIRONMENTS.len());
}

#[test]
fn there_is_one_repository_and_one_branch() {
    let mut addresses = BTreeSet::new();
    let external: BTreeSet<String> = charts().iter().map(|(_, chart)| at(chart, "/repository").to_owned()).collect();
    for (_, application) in applications() {
        for source in sources(&application).into_iter().filter(|source| source.get("chart").is_none()) {
            addresses.insert((at(source, "/repoURL").to_owned(), at(source, "/targetRevision").to_owned()));
        }
    }
    assert_eq!(addresses.len(), 1, "{addresses:?}");
    let own = &addresses.first().unwrap().0;
    for project in of_kind(&argocd(), "AppProject") {
        for source in texts(project, "/spec/sourceRepos") {
            assert!(
                source == own || external.contains(source),
                "{} allows {source}, which nobody uses",
                title(project)
            );
        }
    }
    println!("  gitops: one repository, {} of charts", external.len());
}

#[test]
fn charts_are_pinned() {
    let mut charts = charts();
    charts.push(("gitops/argocd/install".to_owned(), yaml("gitops/argocd/install/chart.yaml")));
    for (folder, chart) in &charts {
        let version: Vec<&str> = at(chart, "/version").split('.').collect();
        let is_one = version.len() == 3 && version.iter().all(|part| part.parse::<u32>().is_ok());
        assert!(is_one, "{folder}: {} can move", chart["version"]);
    }
    let lists = ["infrastructure/pins.tsv", "docs/operations/pins.md"];
    if let Some(missing) = lists.iter().find(|file| !path(file).is_file()) {
        println!("  gitops: SKIPPED 1 check: {missing} is not there");
        return;
    }
    let [known, to_pin] = lists.map(text);
    for (folder, chart) in &charts {
        let (name, version) = (at(chart, "/chart"), at(chart, "/version"));
        let is_known = known.lines().any(|line| line.contains(&format!("charts/{name}\t{version}\t")));
        let is_listed = to_pin.lines().any(|line| line.contains(name) && line.contains(version));
        assert!(is_known || is_listed, "{folder}: {name} {version} is neither in {} nor in {}", lists[0], lists[1]);
    }
    println!("  gitops: {} charts are pinned", charts.len());
}

#[test]
fn promotion_has_two_lines_to_edit() {
    let keys = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    let production = yaml(&values_of("production"));
    for environment in ENVIRONMENTS {
        let (values, text) = (yaml(&values_of(environment)), text(&values_of(environment)));
        assert_eq!(keys(&values), keys(&production), "{environment} differs from production by more than values");
        assert_eq!(
            text.lines().filter(|line| line.trim_start().starts_with("digest: sha256:")).count(),
            2,
            "{environment}"
        );
        let unreleased: Vec<bool> = ["api", "storefront"]
            .map(|image| at(&values["images"][image], "/digest").ends_with(&"0".repeat(64)))
            .to_vec();
        assert_eq!(unreleased[0], unreleased[1], "{environment} has one image of a release and one of none");
        for image in ["api", "storefront"] {
            let (own, of_production) =
                (&values["images"][image]["repository"], &production["images"][image]["repository"]);
            assert_eq!(own, of_production, "a digest cannot be copied from {environment}");
        }
    }
    println!("  gitops: {} files of values differ by values alone", ENVIRONMENTS.len());
}
