variable "name" {
  description = "The repositories' common beginning."
  type        = string
}

variable "images" {
  description = "The images, each in its repository."
  type        = set(string)
}
