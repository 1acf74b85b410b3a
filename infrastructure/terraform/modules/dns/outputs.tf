output "zone_id" {
  description = "The zone."
  value       = aws_route53_zone.this.zone_id
}

output "zone_arn" {
  description = "The zone, for policies."
  value       = aws_route53_zone.this.arn
}

output "name_servers" {
  description = "What the parent zone, or the registrar, must name."
  value       = aws_route53_zone.this.name_servers
}

output "certificate_arn" {
  description = "The certificate, issued."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "mail_identity_arn" {
  description = "The identity that mail is sent by."
  value       = aws_ses_domain_identity.this.arn
}
