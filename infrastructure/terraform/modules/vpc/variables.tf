variable "name" {
  description = "What the network and its parts are called."
  type        = string
}

variable "region" {
  description = "The region of the zones."
  type        = string
}

variable "cidr" {
  description = "The network's addresses, a /16."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "The network is a /16: its subnets are cut for 8,190 pods a zone."
  }
}

variable "zones" {
  description = "The three zones."
  type        = list(string)

  validation {
    condition     = length(distinct(var.zones)) == 3
    error_message = "Three zones: a majority survives the loss of one."
  }
}

variable "nat_per_zone" {
  description = "Whether each zone has a NAT gateway of its own, or all share the first zone's."
  type        = bool
}

variable "logs_bucket_arn" {
  description = "The bucket of the flow logs, which go below `AWSLogs/`."
  type        = string
}
