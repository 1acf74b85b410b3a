# The bucket is made by bootstrap/ and encrypts by its own key. To be set: the number at its end, which is the account's, and the
# region. Each environment has a state of its own, whose key `terraform init` takes from environments/<environment>.backend.hcl.
terraform {
  backend "s3" {
    bucket       = "devopsify-terraform-123456789012"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

locals {
  # Terraform writes there what it was initialised with, and nothing where it is without a backend, as in tests.
  initialised = "${path.root}/.terraform/terraform.tfstate"
  state_key   = fileexists(local.initialised) ? jsondecode(file(local.initialised)).backend.config.key : null
}
