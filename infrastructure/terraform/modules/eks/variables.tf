variable "name" {
  description = "The cluster's name, and the beginning of its roles' names."
  type        = string
}

variable "region" {
  description = "The cluster's region."
  type        = string
}

variable "account_id" {
  description = "The cluster's account."
  type        = string
}

variable "permissions_boundary" {
  description = "The policy that bounds the roles."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes' minor version; the chart is checked against 1.34 and newer."
  type        = string

  validation {
    condition     = can(regex("^1\\.(3[4-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "The chart is checked against Kubernetes 1.34 and newer."
  }
}

variable "subnet_ids" {
  description = "The private subnets."
  type        = list(string)
}

variable "api_cidrs" {
  description = "Who reaches the cluster's API from the Internet. None leaves it private alone."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.api_cidrs : can(cidrhost(cidr, 0)) && try(tonumber(split("/", cidr)[1]) >= 16, false)])
    error_message = "Networks that somebody owns, a /16 at most; never 0.0.0.0/0."
  }
}

variable "administrators" {
  description = "The ARNs of the IAM roles that administer the cluster."
  type        = set(string)
}

variable "identities" {
  description = "Service accounts with rights in AWS, each with its policy as JSON."
  type        = map(object({ namespace = string, service_account = string, policy = string }))
}

variable "addons" {
  description = "EKS add-ons beside those of Auto Mode, each with its configuration."
  type        = any
}
