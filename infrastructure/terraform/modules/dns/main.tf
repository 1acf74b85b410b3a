# The store's name: its zone, its certificate, and the right to send mail under it.

resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_38:DNSSEC needs a record at the registrar, and a name without it is lost when the two disagree
  #checkov:skip=CKV2_AWS_39:Queries tell visitors' addresses, and nothing here would read them
  name = var.domain
  # Records that others made, such as the store's own by external-dns, are theirs to delete.
  force_destroy = var.disposable
}

# Nobody but Amazon may issue a certificate.
resource "aws_route53_record" "caa" {
  zone_id = aws_route53_zone.this.zone_id
  name    = var.domain
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"amazon.com\"", "0 issuewild \";\""]
}

resource "aws_acm_certificate" "this" {
  domain_name       = var.domain
  validation_method = "DNS"

  # Whoever serves the old one must have the new one before it goes.
  lifecycle {
    create_before_destroy = true
  }
}

locals {
  validation = one(aws_acm_certificate.this.domain_validation_options)
}

resource "aws_route53_record" "validation" {
  zone_id = aws_route53_zone.this.zone_id
  name    = local.validation.resource_record_name
  type    = local.validation.resource_record_type
  ttl     = 300
  records = [local.validation.resource_record_value]
}

# Waits until the zone is delegated and the certificate issued.
resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [aws_route53_record.validation.fqdn]

  # Minutes, once the zone is delegated; until then, never.
  timeouts {
    create = "20m"
  }
}

resource "aws_ses_domain_identity" "this" {
  domain = var.domain
}

resource "aws_route53_record" "mail" {
  zone_id = aws_route53_zone.this.zone_id
  name    = "_amazonses"
  type    = "TXT"
  ttl     = 3600
  records = [aws_ses_domain_identity.this.verification_token]
}

resource "aws_ses_domain_dkim" "this" {
  domain = aws_ses_domain_identity.this.domain
}

# SES signs every mail with one of three keys, which it changes by itself.
resource "aws_route53_record" "dkim" {
  count = 3

  zone_id = aws_route53_zone.this.zone_id
  name    = "${aws_ses_domain_dkim.this.dkim_tokens[count.index]}._domainkey"
  type    = "CNAME"
  ttl     = 3600
  records = ["${aws_ses_domain_dkim.this.dkim_tokens[count.index]}.dkim.amazonses.com"]
}

# Mail under this name without a signature is somebody else's.
resource "aws_route53_record" "dmarc" {
  zone_id = aws_route53_zone.this.zone_id
  name    = "_dmarc"
  type    = "TXT"
  ttl     = 3600
  records = ["v=DMARC1; p=quarantine; adkim=s"]
}
