variable "region" {
  description = "Where states and images are kept: the environments' region."
  type        = string
}

variable "github_repository" {
  description = "The repository on GitHub whose workflows may plan, apply and release, `owner/name`."
  type        = string
}

variable "github_subject" {
  description = "How GitHub's tokens name it: `owner@number/name@number`, or `owner/name` if it is older than 15 July 2026."
  type        = string
}
