output "urls" {
  description = "Each image's repository, to pull from and push to."
  value       = { for image, repository in aws_ecr_repository.this : image => repository.repository_url }
}

output "arns" {
  description = "Each image's repository, for policies."
  value       = { for image, repository in aws_ecr_repository.this : image => repository.arn }
}

output "key_arn" {
  description = "The key of the images."
  value       = module.key.arn
}
