output "state_bucket" {
  description = "The bucket of states, which every backend.tf names."
  value       = module.state.name
}

output "repository_urls" {
  description = "The images' repositories."
  value       = module.registry.urls
}

output "github_role_arns" {
  description = "The roles of workflows: `<environment>-plan`, `<environment>-apply`, `release`, `promote`, `verify`."
  value       = module.github_oidc.role_arns
}
