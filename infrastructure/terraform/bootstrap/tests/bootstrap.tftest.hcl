# What an account has once promises, from its own values, without a cloud.

mock_provider "aws" {
  source = "../mocks"
}

run "bootstrap" {
  assert {
    condition     = alltrue([for bucket in [module.state.name, module.logs.name] : startswith(bucket, "devopsify-terraform-") && endswith(bucket, "123456789012")])
    error_message = "Buckets carry the account's number, so that their names are free."
  }

  assert {
    condition     = keys(module.registry.arns) == ["api", "storefront"]
    error_message = "The two images have their repositories."
  }

  assert {
    condition     = toset(keys(output.github_role_arns)) == toset(concat(["release", "promote", "verify"], flatten([for environment in ["development", "staging", "production"] : ["${environment}-plan", "${environment}-apply"]])))
    error_message = "Each workflow has a role of its own, and what plans cannot apply."
  }
}
