# One bucket with what every bucket has: TLS only, encryption, versions, an end for old ones, no public access, access logs.

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV2_AWS_62:Nothing waits for an object to come; the store's own jobs make the pictures' sizes
  #checkov:skip=CKV_AWS_144:Versions guard against mistakes; a second region is a decision of its own, with a database there too
  bucket        = var.name
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# The owner owns what services write, and lists of access rights have no effect.
resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "end"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_days
    }

    dynamic "expiration" {
      for_each = var.expiration_days == null ? [] : [var.expiration_days]

      content {
        days = expiration.value
      }
    }
  }

  dynamic "rule" {
    for_each = var.ending

    content {
      id     = "end-${trimsuffix(rule.key, "/")}"
      status = "Enabled"

      filter {
        prefix = rule.key
      }

      expiration {
        days = rule.value
      }
    }
  }

  # Rules about versions are refused before there are versions.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  count = var.logs == null ? 0 : 1

  bucket        = aws_s3_bucket.this.id
  target_bucket = var.logs.bucket
  target_prefix = "s3/"
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }], [for service, prefix in var.writers : {
      Sid       = "Writes${title(prefix)}"
      Effect    = "Allow"
      Principal = { Service = service }
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.this.arn}/${prefix}/*"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      }], [for service, prefix in var.writers : {
      Sid       = "Checks${title(prefix)}"
      Effect    = "Allow"
      Principal = { Service = service }
      Action    = "s3:GetBucketAcl"
      Resource  = aws_s3_bucket.this.arn
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      }], [for prefix in var.load_balancers[*] : {
      # Whose load balancer it is, is in the path that AWS chooses.
      Sid       = "WritesOfLoadBalancers"
      Effect    = "Allow"
      Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.this.arn}/${prefix}/AWSLogs/${var.account_id}/*"
    }])
  })

  # S3 takes one change of a bucket's protection at a time.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
