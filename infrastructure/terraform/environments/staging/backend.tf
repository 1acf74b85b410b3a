# The bucket is made by bootstrap/ and encrypts by its own key. To be set: the number at its end, which is the account's, and the region.
terraform {
  backend "s3" {
    bucket       = "devopsify-terraform-123456789012"
    key          = "staging/terraform.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}
