//! What must hold of every resource, whichever module makes it: a rule looks at all resources of the kinds it is about.

use std::collections::BTreeMap;

use serde_json::Value;

/// A resource of a state: its module's address, its own, its type and its values.
pub struct Resource {
    module: String,
    address: String,
    kind: String,
    values: Value,
}

impl Resource {
    fn is(&self, name: &str, wanted: impl Into<Value>) -> bool {
        self.values[name] == wanted.into()
    }

    fn has(&self, name: &str) -> bool {
        !matches!(&self.values[name], Value::Null)
            && self.values[name] != ""
            && self.values[name] != Value::Array(vec![])
    }

    /// The statements of a policy that is an attribute.
    fn statements(&self, name: &str) -> Vec<Value> {
        let policy =
            self.values[name].as_str().map(|text| serde_json::from_str::<Value>(text).expect("a policy is JSON"));
        policy.map(|policy| list(&policy["Statement"])).unwrap_or_default()
    }
}

/// The managed resources of a state.
pub fn resources(state: &Value) -> Vec<Resource> {
    let (mut found, mut left) = (Vec::new(), vec![&state["root_module"]]);
    while let Some(module) = left.pop() {
        left.extend(module["child_modules"].as_array().into_iter().flatten());
        let own = module["resources"].as_array().into_iter().flatten();
        found.extend(own.filter(|resource| resource["mode"] == "managed").map(|resource| Resource {
            module: module["address"].as_str().unwrap_or_default().to_owned(),
            address: resource["address"].as_str().unwrap().to_owned(),
            kind: resource["type"].as_str().unwrap().to_owned(),
            values: resource["values"].clone(),
        }));
    }
    found
}

/// A rule: what it says, the types of resources that it is about, and whether it holds of one among all.
type Rule = (&'static str, &'static [&'static str], fn(&Resource, &[Resource]) -> bool);

const RULES: &[Rule] = &[
    ("no wildcard action is allowed on a wildcard resource", &["aws_iam_role_policy", "aws_s3_bucket_policy"], narrow),
    ("a key's policy lets nobody in but the account and named services", &["aws_kms_key"], closed),
    (
        "a policy of a bucket or a topic lets nobody in but named services",
        &["aws_s3_bucket_policy", "aws_sns_topic_policy"],
        closed,
    ),
    ("mail goes by SMTP, with its own password: no role sends any", &["aws_iam_role_policy"], |it, _| {
        allowed(it).flat_map(|statement| list(&statement["Action"])).all(|action| {
            let action = action.as_str().unwrap();
            !action.starts_with("ses:")
        })
    }),
    ("no role is an administrator's", &["aws_iam_role_policy_attachment"], |it, _| {
        let policy = it.values["policy_arn"].as_str().unwrap();
        !policy.contains("AdministratorAccess") && !policy.contains("FullAccess")
    }),
    ("a role is taken by a service, or by a run that is named", &["aws_iam_role"], taken_by_few),
    ("a role is bounded, unless it is a workflow's", &["aws_iam_role"], |it, _| {
        it.is("path", "/github/") || it.has("permissions_boundary")
    }),
    ("a key is rotated", &["aws_kms_key"], |it, _| it.is("enable_key_rotation", true)),
    ("a bucket refuses what comes without TLS", &["aws_s3_bucket"], |it, all| {
        beside(it, all, "aws_s3_bucket_policy").is_some_and(|policy| policy.statements("policy").iter().any(tls_only))
    }),
    ("a bucket blocks public access in all four ways", &["aws_s3_bucket"], |it, all| {
        let ways = ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];
        beside(it, all, "aws_s3_bucket_public_access_block")
            .is_some_and(|block| ways.iter().all(|way| block.is(way, true)))
    }),
    ("a bucket keeps versions", &["aws_s3_bucket"], |it, all| {
        beside(it, all, "aws_s3_bucket_versioning")
            .is_some_and(|it| it.values["versioning_configuration"][0]["status"] == "Enabled")
    }),
    ("a bucket is encrypted, by a key of its own unless it is of logs", &["aws_s3_bucket"], |it, all| {
        let rule = beside(it, all, "aws_s3_bucket_server_side_encryption_configuration")
            .map(|it| it.values["rule"][0].clone());
        let how = rule.map(|rule| rule["apply_server_side_encryption_by_default"][0]["sse_algorithm"].clone());
        how == Some(if of_logs(it) { "AES256" } else { "aws:kms" }.into())
    }),
    ("a bucket ends old versions and torn uploads", &["aws_s3_bucket"], |it, all| {
        let rule = beside(it, all, "aws_s3_bucket_lifecycle_configuration").map(|it| it.values["rule"][0].clone());
        rule.is_some_and(|rule| {
            ["noncurrent_version_expiration", "abort_incomplete_multipart_upload"]
                .iter()
                .all(|end| rule[end][0].is_object())
        })
    }),
    ("a bucket tells who used it, unless it is where that is told", &["aws_s3_bucket"], |it, all| {
        of_logs(it) || beside(it, all, "aws_s3_bucket_logging").is_some()
    }),
    ("nothing is open to the world", &["aws_vpc_security_group_ingress_rule"], |it, _| {
        it.values["cidr_ipv6"].is_null() && it.values["cidr_ipv4"].as_str().is_none_or(|cidr| cidr.starts_with("10."))
    }),
    ("a security group opens nothing but by rules", &["aws_security_group", "aws_default_security_group"], |it, _| {
        !it.has("ingress")
            || it.kind == "aws_security_group"
                && it.values["ingress"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|rule| list(&rule["cidr_blocks"]).iter().all(|cidr| cidr.as_str().unwrap().starts_with("10.")))
    }),
    ("no machine gets a public address by itself", &["aws_subnet"], |it, _| !it.is("map_public_ip_on_launch", true)),
    ("a network logs its traffic to S3", &["aws_vpc"], |it, all| {
        beside(it, all, "aws_flow_log")
            .is_some_and(|log| log.is("traffic_type", "ALL") && log.is("log_destination_type", "s3"))
    }),
    ("a way to the Internet from a private subnet goes by NAT", &["aws_route"], |it, _| {
        it.has("nat_gateway_id") != it.has("gateway_id")
            && it.has("gateway_id") == it.address.ends_with("aws_route.public")
    }),
    ("a database is not public", &["aws_db_instance"], |it, _| it.is("publicly_accessible", false)),
    ("a database is encrypted", &["aws_db_instance"], |it, _| it.is("storage_encrypted", true) && it.has("kms_key_id")),
    ("a database's password is in no state", &["aws_db_instance"], |it, _| {
        it.is("manage_master_user_password", true) && !it.has("password") && !it.has("password_wo")
    }),
    ("a database takes TLS only", &["aws_db_parameter_group"], |it, _| {
        list(&it.values["parameter"]).iter().any(|one| one["name"] == "rds.force_ssl" && one["value"] == "1")
    }),
    ("a database knows IAM, and keeps its log", &["aws_db_instance"], |it, _| {
        it.is("iam_database_authentication_enabled", true)
            && it.values["backup_retention_period"].as_u64() > Some(0)
            && it.has("enabled_cloudwatch_logs_exports")
    }),
    ("a database that has customers' data is not deleted, and survives a zone", &["aws_db_instance"], |it, _| {
        !it.is("identifier", "devopsify-production")
            || it.is("deletion_protection", true) && it.is("multi_az", true) && it.is("skip_final_snapshot", false)
    }),
    ("a cluster is private, or open to listed networks", &["aws_eks_cluster"], |it, _| {
        let network = &it.values["vpc_config"][0];
        let cidrs = list(&network["public_access_cidrs"]);
        let listed = !cidrs.is_empty() && cidrs.iter().all(|cidr| cidr != "0.0.0.0/0");
        network["endpoint_private_access"] == true && (network["endpoint_public_access"] == false || listed)
    }),
    ("a cluster encrypts its secrets and logs all", &["aws_eks_cluster"], |it, _| {
        it.values["encryption_config"][0]["resources"][0] == "secrets"
            && list(&it.values["enabled_cluster_log_types"]).len() == 5
    }),
    ("a database's logs have groups, which RDS would make without an end", &["aws_db_instance"], |it, all| {
        list(&it.values["enabled_cloudwatch_logs_exports"]).iter().all(|log| {
            let group =
                format!("/aws/rds/instance/{}/{}", it.values["identifier"].as_str().unwrap(), log.as_str().unwrap());
            all.iter().any(|other| other.kind == "aws_cloudwatch_log_group" && other.is("name", group.as_str()))
        })
    }),
    ("a log ends, and is encrypted", &["aws_cloudwatch_log_group"], |it, _| {
        it.has("kms_key_id") && it.values["retention_in_days"].as_u64() > Some(0)
    }),
    ("a topic is encrypted", &["aws_sns_topic"], |it, _| it.has("kms_master_key_id")),
    ("an alarm tells somebody", &["aws_cloudwatch_metric_alarm"], |it, _| it.has("alarm_actions")),
    ("a secret is encrypted by a key of the account's", &["aws_secretsmanager_secret"], |it, _| it.has("kms_key_id")),
    ("images are scanned, encrypted, and their tags never move", &["aws_ecr_repository"], |it, _| {
        it.is("image_tag_mutability", "IMMUTABLE")
            && it.values["image_scanning_configuration"][0]["scan_on_push"] == true
            && it.values["encryption_configuration"][0]["encryption_type"] == "KMS"
    }),
    ("no image loses its signature, which has no tag", &["aws_ecr_repository"], |it, all| {
        beside(it, all, "aws_ecr_lifecycle_policy").is_none()
    }),
];

/// Holds every rule against the resources of a root; how many times one was held against one.
///
/// # Panics
/// With every resource that breaks a rule, and when a rule of the environments finds nothing that it is about.
pub fn hold(root: &str, resources: &[Resource]) -> usize {
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    let mut broken = Vec::new();
    for (says, kinds, holds) in RULES {
        for resource in resources.iter().filter(|resource| kinds.contains(&resource.kind.as_str())) {
            *held.entry(says).or_default() += 1;
            if !holds(resource, resources) {
                broken.push(format!("{root}: {says}: {}", resource.address));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    if root != "bootstrap" {
        let idle: Vec<_> = RULES
            .iter()
            .filter(|(says, kinds, _)| !held.contains_key(says) && kinds != &["aws_ecr_repository"])
            .collect();
        assert!(
            idle.is_empty(),
            "{root} has nothing that these are about: {:?}",
            idle.iter().map(|rule| rule.0).collect::<Vec<_>>()
        );
    }
    held.values().sum()
}

/// The resource of another type that the same module has.
fn beside<'a>(it: &Resource, all: &'a [Resource], kind: &str) -> Option<&'a Resource> {
    all.iter().find(|other| other.module == it.module && other.kind == kind)
}

fn of_logs(bucket: &Resource) -> bool {
    bucket.values["bucket"].as_str().is_some_and(|name| name.contains("-logs-"))
}

/// A value that JSON policies write as one or as many.
fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(many) => many.clone(),
        Value::Null => vec![],
        one => vec![one.clone()],
    }
}

fn allowed(resource: &Resource) -> impl Iterator<Item = Value> {
    resource.statements("policy").into_iter().filter(|statement| statement["Effect"] == "Allow")
}

fn narrow(it: &Resource, _: &[Resource]) -> bool {
    allowed(it).all(|statement| {
        let wild =
            |name: &str| list(&statement[name]).iter().any(|one| one.as_str().is_some_and(|one| one.contains('*')));
        let everything = list(&statement["Resource"]).iter().any(|resource| resource == "*");
        !(everything && wild("Action")) && statement["NotAction"].is_null() && statement["NotResource"].is_null()
    })
}

fn closed(it: &Resource, _: &[Resource]) -> bool {
    allowed(it).all(|statement| {
        let principal = &statement["Principal"];
        let own = list(&principal["AWS"]).iter().all(|arn| arn == "arn:aws:iam::123456789012:root");
        let on_our_behalf = list(&statement["Resource"])
            .iter()
            .all(|resource| resource.as_str().is_some_and(|resource| resource.contains("/AWSLogs/123456789012/")));
        let service = principal["Service"].is_null() || statement["Condition"].is_object() || on_our_behalf;
        principal.is_object() && own && service
    })
}

fn taken_by_few(it: &Resource, _: &[Resource]) -> bool {
    it.statements("assume_role_policy").iter().all(|statement| {
        let subjects = list(&statement["Condition"]["StringLike"]["token.actions.githubusercontent.com:sub"]);
        let named = !subjects.is_empty()
            && subjects.iter().all(|subject| {
                let parts: Vec<_> = subject.as_str().unwrap().split(':').collect();
                parts.len() > 2 && parts[0] == "repo" && !parts[1].contains('*') && parts[2] != "*"
            });
        statement["Principal"]["AWS"].is_null() && (statement["Principal"]["Federated"].is_null() || named)
    })
}

fn tls_only(statement: &Value) -> bool {
    statement["Effect"] == "Deny"
        && statement["Principal"]["AWS"] == "*"
        && statement["Action"] == "s3:*"
        && statement["Condition"]["Bool"]["aws:SecureTransport"] == "false"
        && list(&statement["Resource"]).len() == 2
}
