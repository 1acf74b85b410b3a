variable "region" {
  description = "Where states and images are kept: the environments' region."
  type        = string
}

variable "github_repository" {
  description = "The repository on GitHub whose workflows may plan, apply and release, `owner/name`."
  type        = string
}
