# One key, rotated every year, whose use IAM and the named services decide.

data "aws_caller_identity" "current" {}

locals {
  # In a key's policy, "*" is the key itself. Without this statement nobody could ever change the key again.
  by_iam = {
    Sid       = "ByIam"
    Effect    = "Allow"
    Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
    Action    = "kms:*"
    Resource  = "*"
  }

  by_services = [for service, condition in var.services : {
    Sid       = "By${replace(title(replace(service, "/[.-]/", " ")), " ", "")}"
    Effect    = "Allow"
    Principal = { Service = service }
    Action    = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    Resource  = "*"
    Condition = condition
  }]
}

resource "aws_kms_key" "this" {
  description             = var.description
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = jsonencode({ Version = "2012-10-17", Statement = concat([local.by_iam], local.by_services) })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
