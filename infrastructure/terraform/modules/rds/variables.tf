variable "name" {
  description = "What the database and its parts are called."
  type        = string
}

variable "region" {
  description = "The database's region."
  type        = string
}

variable "account_id" {
  description = "The database's account."
  type        = string
}

variable "permissions_boundary" {
  description = "The policy that bounds the roles."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnet_ids" {
  description = "The subnets without a way out."
  type        = list(string)
}

variable "client_cidrs" {
  description = "From where PostgreSQL may be reached."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.client_cidrs : startswith(cidr, "10.") && can(cidrhost(cidr, 0))])
    error_message = "Only private addresses reach the database."
  }
}

variable "instance_class" {
  description = "The machine."
  type        = string
}

variable "storage_gb" {
  description = "Storage at the beginning, in GiB."
  type        = number
}

variable "max_storage_gb" {
  description = "To what RDS lets storage grow, in GiB."
  type        = number

  validation {
    condition     = var.max_storage_gb >= var.storage_gb * 1.26
    error_message = "Storage grows by itself only to a maximum that is 26 % above the beginning, or more."
  }
}

variable "multi_az" {
  description = "Whether a second zone has a copy that takes over."
  type        = bool
}

variable "backup_days" {
  description = "How many days back the database can be restored to."
  type        = number

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "From 1 day to 35."
  }
}

variable "max_connections" {
  description = "PostgreSQL's limit of connections: every pool of every replica, and a reserve."
  type        = number
}

variable "alarm_addresses" {
  description = "Who gets a mail when the database reaches its limits."
  type        = set(string)
}

variable "disposable" {
  description = "Whether the database may be destroyed, without a last snapshot."
  type        = bool
}
