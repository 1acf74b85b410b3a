variable "name" {
  description = "The key's alias, without `alias/`."
  type        = string
}

variable "description" {
  description = "What the key encrypts."
  type        = string
}

variable "services" {
  description = "The AWS services that use the key by themselves, each with the condition under which it may."
  type        = map(map(map(string)))
  default     = {}

  validation {
    condition     = alltrue([for condition in values(var.services) : length(condition) > 0])
    error_message = "A service without a condition would use the key for any account."
  }
}
