output "name" {
  description = "The cluster's name."
  value       = aws_eks_cluster.this.name
}

output "endpoint" {
  description = "The address of the cluster's API."
  value       = aws_eks_cluster.this.endpoint
}

output "key_arn" {
  description = "The key of Kubernetes' and the application's secrets."
  value       = module.key.arn
}

output "service_accounts" {
  description = "The service accounts with rights in AWS, as `namespace/name`, each with its role."
  value       = { for key, identity in var.identities : "${identity.namespace}/${identity.service_account}" => aws_iam_role.pod[key].arn }
}

output "public_api_cidrs" {
  description = "From where the cluster's API is reached over the Internet."
  value       = aws_eks_cluster.this.vpc_config[0].endpoint_public_access ? aws_eks_cluster.this.vpc_config[0].public_access_cidrs : []
}
