variable "environment" {
  description = "The environment's name: its files', its state's and GitHub's."
  type        = string

  validation {
    condition     = local.state_key == null || local.state_key == "${var.environment}/terraform.tfstate"
    error_message = <<-EOT
      These are the values of ${var.environment}, and ${coalesce(local.state_key, "no state")} is another environment's state.
      This takes the state of these values:
        terraform init -reconfigure -backend-config=environments/${var.environment}.backend.hcl
    EOT
  }
}

variable "account_id" {
  description = "The number of the account. The credentials of another one are refused."
  type        = string
}

variable "region" {
  description = "Where everything runs."
  type        = string
}

variable "cidr" {
  description = "The network's addresses, a /16. Different in each environment, so that they could be joined."
  type        = string
}

variable "zones" {
  description = "Three zones of the region."
  type        = list(string)
}

variable "nat_per_zone" {
  description = "Whether each zone has its own way out, which costs three times as much and survives the loss of a zone."
  type        = bool
}

variable "domain" {
  description = "The store's host name."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes' minor version."
  type        = string
}

variable "api_cidrs" {
  description = "The networks that reach the cluster's API from the Internet, such as an office's. None leaves it private alone."
  type        = list(string)
}

variable "administrators" {
  description = "The ARNs of the IAM roles that administer the cluster."
  type        = set(string)
}

variable "database" {
  description = "The database: its machine, storage in GiB, second zone, days to go back, and connections."
  type = object({
    instance_class  = string
    storage_gb      = number
    max_storage_gb  = number
    multi_az        = bool
    backup_days     = number
    max_connections = number
  })
}

variable "alarm_addresses" {
  description = "Who gets a mail when the database reaches its limits; each must confirm once."
  type        = set(string)
}

variable "disposable" {
  description = "Whether the environment may be destroyed with its data. Set for a moment to tear down what is protected."
  type        = bool
}
