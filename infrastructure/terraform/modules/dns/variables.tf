variable "domain" {
  description = "The store's host name, which is a zone of its own."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain))
    error_message = "A host name in lower case, without a dot at its end."
  }
}

variable "disposable" {
  description = "Whether the zone may be destroyed with the records that others made in it."
  type        = bool
}
