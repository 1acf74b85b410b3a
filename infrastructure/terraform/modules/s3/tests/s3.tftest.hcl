# Every bucket refuses the public and plain HTTP, is encrypted and versioned, and tells who used it.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "devopsify-test-media"
  account_id  = "123456789012"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  logs        = { bucket = "devopsify-test-logs" }
}

run "bucket" {
  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement == [{ Sid = "TlsOnly", Effect = "Deny", Principal = { AWS = "*" }, Action = "s3:*", Resource = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"], Condition = { Bool = { "aws:SecureTransport" = "false" } } }]
    error_message = "The bucket's policy refuses whatever comes without TLS, and grants nothing."
  }

  assert {
    condition     = alltrue([aws_s3_bucket_public_access_block.this.block_public_acls, aws_s3_bucket_public_access_block.this.block_public_policy, aws_s3_bucket_public_access_block.this.ignore_public_acls, aws_s3_bucket_public_access_block.this.restrict_public_buckets])
    error_message = "Public access is blocked in all four ways."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "The key encrypts."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled" && length(aws_s3_bucket_logging.this) == 1
    error_message = "Versions and access logs are kept."
  }
}

run "logs" {
  variables {
    name           = "devopsify-test-logs"
    kms_key_arn    = null
    logs           = null
    writers        = { "delivery.logs.amazonaws.com" = "AWSLogs" }
    load_balancers = "alb"
  }

  assert {
    condition = length([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Effect == "Allow"]) == 3 && alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      try(statement.Condition.StringEquals["aws:SourceAccount"] == "123456789012", endswith(statement.Resource, "/alb/AWSLogs/123456789012/*")) if statement.Effect == "Allow"
    ])
    error_message = "Services write on behalf of this account only."
  }
}

run "an_end_for_some" {
  variables {
    ending = { "static/" = 180 }
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.expiration[0].days if rule.filter[0].prefix == "static/"] == [180]
    error_message = "What is below the prefix ends, and nothing else."
  }
}

run "name_with_a_dot" {
  command = plan

  variables {
    name = "devopsify.media"
  }

  expect_failures = [var.name]
}
