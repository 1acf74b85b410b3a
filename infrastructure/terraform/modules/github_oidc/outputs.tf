output "role_arns" {
  description = "The roles by what they are for: `<environment>-plan`, `<environment>-apply`, `release`, `promote`, `verify`."
  value       = { for key, role in aws_iam_role.this : key => role.arn }
}
