# What production promises, by -var-file=environments/production.tfvars, without a cloud.

mock_provider "aws" {
  source = "../mocks"
}

run "production" {
  assert {
    condition     = length(module.vpc.private_subnet_ids) == 3 && length(module.vpc.database_subnet_ids) == 3
    error_message = "Pods and database are spread over three zones."
  }

  assert {
    condition     = length(module.vpc.nat_addresses) == 3
    error_message = "NAT gateways: 3."
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
    condition     = module.rds.protection.deletion_protection == true && module.rds.protection.final_snapshot == true
    error_message = "The database is protected against deletion, and leaves a snapshot: true."
  }

  assert {
    condition     = module.rds.protection.backup_days >= 30
    error_message = "The database can be restored to any second of the last days, at least: 30."
  }

  assert {
    condition     = length(module.eks.public_api_cidrs) == 0
    error_message = "Nobody reaches the cluster's API from the Internet."
  }

  assert {
    condition = alltrue([for account in ["devopsify/devopsify-api", "devopsify/devopsify-worker", "external-secrets/external-secrets",
    "external-dns/external-dns"] : contains(keys(output.service_accounts), account)])
    error_message = "The chart's and the platform's service accounts have their roles."
  }

  assert {
    condition     = alltrue([for value in [output.media_bucket, output.artifacts_bucket] : startswith(value, "devopsify-production-")])
    error_message = "Buckets carry the environment's name."
  }
}
