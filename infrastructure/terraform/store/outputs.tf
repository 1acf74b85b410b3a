# What the chart, the platform's applications and the runbooks need to know.

output "region" {
  description = "The environment's region."
  value       = var.region
}

output "cluster_name" {
  description = "For `aws eks update-kubeconfig --name`."
  value       = module.eks.name
}

output "service_accounts" {
  description = "The service accounts with rights in AWS, as `namespace/name`, each with the role that Pod Identity gives it."
  value       = module.eks.service_accounts
}

output "database_host" {
  description = "PostgreSQL's host; its port is 5432, its database and its user are `devopsify`."
  value       = module.rds.host
}

output "database_secret_arn" {
  description = "The managed secret of the database's user, JSON with `username` and `password`, for an ExternalSecret."
  value       = module.rds.secret_arn
}

output "application_secret_arn" {
  description = "The secret with the application's own keys, for an ExternalSecret; its value is set by people."
  value       = aws_secretsmanager_secret.application.arn
}

output "media_bucket" {
  description = "The bucket of pictures."
  value       = module.media.name
}

output "artifacts_bucket" {
  description = "The bucket of each release's static files and lists of parts."
  value       = module.artifacts.name
}

output "repository_urls" {
  description = "The images' repositories: `api` (serve, worker and migrations) and `storefront`."
  value       = { for image, repository in data.aws_ecr_repository.this : image => repository.repository_url }
}

output "domain" {
  description = "The store's host name, for the ingress; external-dns makes its record."
  value       = var.domain
}

output "zone_id" {
  description = "The Route 53 zone of the domain."
  value       = module.dns.zone_id
}

output "name_servers" {
  description = "What the parent zone, or the registrar, must name for the domain."
  value       = module.dns.name_servers
}

output "certificate_arn" {
  description = "The domain's certificate, for the load balancer's listener."
  value       = module.dns.certificate_arn
}

output "nat_addresses" {
  description = "The addresses that others see when the store calls them, by zone."
  value       = module.vpc.nat_addresses
}

output "alarms_topic_arn" {
  description = "Where the database's alarms are told."
  value       = module.rds.alarms_topic_arn
}
