# What an account has once and everything else stands on: the bucket of Terraform's states and its key, the registry of images,
# and what GitHub's workflows may do. Applied by a person, first and seldom; its own state is in the bucket that it makes.

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = "devopsify", Environment = "all", ManagedBy = "terraform" }
  }
}

data "aws_caller_identity" "current" {}

locals {
  name       = "devopsify"
  account_id = data.aws_caller_identity.current.account_id
}

module "state_key" {
  source = "../modules/kms"

  name        = "${local.name}-terraform"
  description = "Terraform's states, which know every address of ${local.name}"
}

module "logs" {
  source = "../modules/s3"

  name            = "${local.name}-terraform-logs-${local.account_id}"
  account_id      = local.account_id
  writers         = { "logging.s3.amazonaws.com" = "s3" }
  expiration_days = 365
  noncurrent_days = 30
}

module "state" {
  source = "../modules/s3"

  name        = "${local.name}-terraform-${local.account_id}"
  account_id  = local.account_id
  kms_key_arn = module.state_key.arn
  logs        = { bucket = module.logs.name }
  # A state that was overwritten by mistake can be had back for a year.
  noncurrent_days = 365
}

module "registry" {
  source = "../modules/registry"

  name   = local.name
  images = ["api", "storefront"]
}

module "github_oidc" {
  source = "../modules/github_oidc"

  name             = local.name
  region           = var.region
  account_id       = local.account_id
  repository       = var.github_repository
  subject          = var.github_subject
  environments     = ["development", "staging", "production"]
  state_bucket_arn = module.state.arn
  state_key_arn    = module.state_key.arn
  repository_arns  = module.registry.arns
}
