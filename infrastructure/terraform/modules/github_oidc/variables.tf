variable "name" {
  description = "The beginning of the roles' names, and of the environments' own."
  type        = string
}

variable "region" {
  description = "The region of the environments."
  type        = string
}

variable "account_id" {
  description = "The account of the environments."
  type        = string
}

variable "repository" {
  description = "The repository on GitHub, `owner/name`."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "One repository, `owner/name`, without a wildcard."
  }
}

variable "subject" {
  description = <<-EOT
    How GitHub's tokens name the repository: `owner@number/name@number` if it was made, renamed or moved since 15 July 2026,
    so that nobody who takes a name over takes its rights over; `owner/name` if it is older.
    https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
  EOT
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$", var.subject))
    error_message = "One repository, `owner@number/name@number` or `owner/name`, without a wildcard."
  }

  validation {
    condition     = replace(var.subject, "/@[0-9]+/", "") == var.repository
    error_message = "The subject is the repository's, with its numbers or without."
  }
}

variable "environments" {
  description = "The environments; GitHub's have the same names."
  type        = set(string)
}

variable "state_bucket_arn" {
  description = "The bucket of the states, a prefix for each environment."
  type        = string
}

variable "state_key_arn" {
  description = "The key of the states."
  type        = string
}

variable "repository_arns" {
  description = "The repositories that a release pushes to."
  type        = map(string)
}
