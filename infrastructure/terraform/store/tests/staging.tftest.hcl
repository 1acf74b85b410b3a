# What staging promises, by -var-file=environments/staging.tfvars, without a cloud.

mock_provider "aws" {
  source = "../mocks"
}

run "staging" {
  assert {
    condition     = length(module.vpc.private_subnet_ids) == 3 && length(module.vpc.database_subnet_ids) == 3
    error_message = "Pods and database are spread over three zones."
  }

  assert {
    condition     = length(module.vpc.nat_addresses) == 1
    error_message = "NAT gateways: 1."
  }

  assert {
    condition     = !module.rds.protection.public && module.rds.protection.encrypted
    error_message = "The database is encrypted and reachable from inside alone."
  }

  assert {
    condition     = module.rds.protection.multi_az == true
    error_message = "A second zone has a copy of the database: true."
  }

  assert {
    condition     = module.rds.protection.deletion_protection == false && module.rds.protection.final_snapshot == false
    error_message = "The database is protected against deletion, and leaves a snapshot: false."
  }

  assert {
    condition     = module.rds.protection.backup_days >= 7
    error_message = "The database can be restored to any second of the last days, at least: 7."
  }

  assert {
    condition     = alltrue([for cidr in module.eks.public_api_cidrs : cidr != "0.0.0.0/0"])
    error_message = "The cluster's API is not open to the world."
  }

  assert {
    condition = alltrue([for account in ["devopsify/devopsify-api", "devopsify/devopsify-worker", "external-secrets/external-secrets",
    "external-dns/external-dns"] : contains(keys(output.service_accounts), account)])
    error_message = "The chart's and the platform's service accounts have their roles."
  }

  assert {
    condition     = alltrue([for value in [output.media_bucket, output.artifacts_bucket] : startswith(value, "devopsify-staging-")])
    error_message = "Buckets carry the environment's name."
  }
}
