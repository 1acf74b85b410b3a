# The bucket that this root makes: the first apply goes without it, docs/operations/bootstrap.md tells how.
# It encrypts by its own key. To be set: the number at its end, which is the account's, and the region.
terraform {
  backend "s3" {
    bucket       = "devopsify-terraform-123456789012"
    key          = "bootstrap/terraform.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}
