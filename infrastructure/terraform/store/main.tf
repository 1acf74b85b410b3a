# An environment of the store: network, cluster, database, buckets, name. What differs between environments is in environments/:
# the values, and where the state is.

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { Project = "devopsify", Environment = var.environment, ManagedBy = "terraform" }
  }
}

locals {
  name = "devopsify-${var.environment}"
  # Made by bootstrap/: with it an apply makes roles that can do no more than the store needs, and none that makes roles.
  permissions_boundary = "arn:aws:iam::${var.account_id}:policy/github/devopsify-boundary"
}

module "buckets_key" {
  source = "../modules/kms"

  name        = "${local.name}-buckets"
  description = "Media and artifacts of ${local.name}"
}

module "logs" {
  source = "../modules/s3"

  name            = "${local.name}-logs-${var.account_id}"
  account_id      = var.account_id
  writers         = { "delivery.logs.amazonaws.com" = "AWSLogs", "logging.s3.amazonaws.com" = "s3" }
  load_balancers  = "alb"
  expiration_days = 365
  noncurrent_days = 30
  force_destroy   = var.disposable
}

module "artifacts" {
  source = "../modules/s3"

  name          = "${local.name}-artifacts-${var.account_id}"
  account_id    = var.account_id
  kms_key_arn   = module.buckets_key.arn
  logs          = { bucket = module.logs.name }
  force_destroy = var.disposable
  # Every release and promotion writes its files anew; half a year after that, no page is open that asks for them.
  ending = { "static/" = 180 }
}

module "media" {
  source = "../modules/s3"

  name          = "${local.name}-media-${var.account_id}"
  account_id    = var.account_id
  kms_key_arn   = module.buckets_key.arn
  logs          = { bucket = module.logs.name }
  force_destroy = var.disposable
}

module "vpc" {
  source = "../modules/vpc"

  name            = local.name
  region          = var.region
  cidr            = var.cidr
  zones           = var.zones
  nat_per_zone    = var.nat_per_zone
  logs_bucket_arn = module.logs.arn
}

module "eks" {
  source = "../modules/eks"

  name                 = local.name
  region               = var.region
  account_id           = var.account_id
  kubernetes_version   = var.kubernetes_version
  permissions_boundary = local.permissions_boundary
  subnet_ids           = module.vpc.private_subnet_ids
  api_cidrs            = var.api_cidrs
  administrators       = var.administrators
  identities           = local.identities
  addons               = { external-dns = local.external_dns }
}

module "rds" {
  source = "../modules/rds"

  name                 = local.name
  region               = var.region
  account_id           = var.account_id
  permissions_boundary = local.permissions_boundary
  vpc_id               = module.vpc.id
  subnet_ids           = module.vpc.database_subnet_ids
  client_cidrs         = module.vpc.private_cidrs
  instance_class       = var.database.instance_class
  storage_gb           = var.database.storage_gb
  max_storage_gb       = var.database.max_storage_gb
  multi_az             = var.database.multi_az
  backup_days          = var.database.backup_days
  max_connections      = var.database.max_connections
  alarm_addresses      = var.alarm_addresses
  disposable           = var.disposable
}

module "dns" {
  source = "../modules/dns"

  domain     = var.domain
  disposable = var.disposable
}

# Made by bootstrap/, because all environments run the same images.
data "aws_ecr_repository" "this" {
  for_each = toset(["api", "storefront"])

  name = "devopsify/${each.key}"
}
