# Who may do what in AWS, by service account. The names are those of the chart and of the platform's applications.

# Its value is set by people and read by external-secrets; Terraform never sees it.
resource "aws_secretsmanager_secret" "application" {
  #checkov:skip=CKV2_AWS_57:These are keys of others, such as the payment provider's, who change them on their side first
  name                    = "${local.name}/application"
  description             = "SECRET_KEY, the payment provider's keys and SMTP_URL, as JSON"
  kms_key_id              = module.eks.key_arn
  recovery_window_in_days = var.disposable ? 0 : 30
}

locals {
  use_buckets_key = {
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource = module.buckets_key.arn
  }

  keep_media = [local.use_buckets_key, {
    Effect   = "Allow"
    Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    Resource = "${module.media.arn}/*"
    }, {
    Effect   = "Allow"
    Action   = "s3:ListBucket"
    Resource = module.media.arn
  }]

  # Scripts and styles of releases before this one, which pages that are still open ask for.
  read_artifacts = [{
    Effect   = "Allow"
    Action   = "s3:GetObject"
    Resource = "${module.artifacts.arn}/static/*"
    }, {
    # Without it a missing object is a 403, and nobody knows whether it is missing or forbidden.
    Effect   = "Allow"
    Action   = "s3:ListBucket"
    Resource = module.artifacts.arn
  }]

  read_secrets = [{
    Effect   = "Allow"
    Action   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    Resource = [aws_secretsmanager_secret.application.arn, module.rds.secret_arn]
    }, {
    Effect   = "Allow"
    Action   = "kms:Decrypt"
    Resource = [module.eks.key_arn, module.rds.key_arn]
  }]

  keep_records = [{
    Effect   = "Allow"
    Action   = ["route53:ChangeResourceRecordSets", "route53:ListTagsForResources"]
    Resource = module.dns.zone_arn
    }, {
    # It finds its zone by listing, and reads those below it too: what it may not read stops it altogether.
    Effect   = "Allow"
    Action   = ["route53:ListHostedZones", "route53:ListResourceRecordSets"]
    Resource = "*"
  }]

  # The zone is the store's alone and the ingress' host its apex, beside which no record of ownership fits: so external-dns owns
  # what the ingress names, moves it with the load balancer, and deletes nothing.
  external_dns = { sources = ["ingress"], domainFilters = [var.domain], registry = "noop", policy = "upsert-only" }

  identities = {
    for name, identity in {
      api = {
        namespace  = "devopsify", service_account = "devopsify-api"
        statements = concat(local.keep_media, local.read_artifacts)
      }
      worker = {
        namespace  = "devopsify", service_account = "devopsify-worker"
        statements = local.keep_media
      }
      external-secrets = {
        namespace  = "external-secrets", service_account = "external-secrets"
        statements = local.read_secrets
      }
      external-dns = {
        namespace  = "external-dns", service_account = "external-dns"
        statements = local.keep_records
      }
      } : name => {
      namespace       = identity.namespace
      service_account = identity.service_account
      policy          = jsonencode({ Version = "2012-10-17", Statement = identity.statements })
    }
  }
}
