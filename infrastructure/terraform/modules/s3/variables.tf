variable "name" {
  description = "The bucket's name; unique among all buckets of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]{3,63}$", var.name))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits and hyphens; a dot breaks its TLS name."
  }
}

variable "account_id" {
  description = "The account on whose behalf services may write."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts. None means S3's own key, which a bucket of access logs needs."
  type        = string
  default     = null
}

variable "logs" {
  description = "The bucket that tells who read and wrote this one. None only for the bucket of logs itself."
  type        = object({ bucket = string })
  default     = null
}

variable "writers" {
  description = "The AWS services that write by themselves, each with its prefix."
  type        = map(string)
  default     = {}
}

variable "load_balancers" {
  description = "The prefix of the account's load balancers' access logs. None takes no such logs."
  type        = string
  default     = null
}

variable "expiration_days" {
  description = "After how many days an object ends. None keeps it."
  type        = number
  default     = null
}

variable "ending" {
  description = "After how many days objects below a prefix end, by prefix. Others are kept."
  type        = map(number)
  default     = {}
}

variable "noncurrent_days" {
  description = "For how many days a version that was replaced or deleted can be had back."
  type        = number
  default     = 90

  validation {
    condition     = var.noncurrent_days >= 7
    error_message = "A week is the least in which somebody notices what was deleted."
  }
}

variable "force_destroy" {
  description = "Whether destroying the bucket deletes what is in it."
  type        = bool
  default     = false
}
