# A role is taken by the runs that it is for, and by no other repository, environment or audience.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name             = "devopsify"
  region           = "eu-central-1"
  account_id       = "123456789012"
  repository       = "example/devopsify"
  subject          = "example@1234/devopsify@5678"
  environments     = ["development", "staging", "production"]
  state_bucket_arn = "arn:aws:s3:::devopsify-terraform-123456789012"
  state_key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  repository_arns  = { api = "arn:aws:ecr:eu-central-1:123456789012:repository/devopsify/api" }
}

run "roles" {
  assert {
    condition     = toset(keys(output.role_arns)) == toset(concat(flatten([for environment in var.environments : ["${environment}-plan", "${environment}-apply"]]), ["release", "promote", "verify"]))
    error_message = "Each environment has a role to plan and a role to apply; releases, promotions and verifying have one."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["production-apply"].assume_role_policy).Statement[0].Condition.StringLike["token.actions.githubusercontent.com:sub"] == ["repo:example@1234/devopsify@5678:environment:production"]
    error_message = "Only a run in GitHub's environment applies, after its approval."
  }

  assert {
    condition = alltrue([for role, workflow in { "production-apply" = "infra", "development-apply" = "infra", release = "release", promote = "promote" } :
      jsondecode(aws_iam_role.this[role].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:job_workflow_ref"]
    == "example/devopsify/.github/workflows/${workflow}.yml@refs/heads/main"])
    error_message = "A role that writes is taken by the workflow that it is for, as main has it."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["release"].assume_role_policy).Statement[0].Condition.StringLike["token.actions.githubusercontent.com:sub"] == ["repo:example@1234/devopsify@5678:ref:refs/heads/main"]
    error_message = "Main releases, and no tag."
  }

  assert {
    condition     = !strcontains(join(" ", [for policy in [aws_iam_role_policy.release, aws_iam_role_policy.promote, aws_iam_role_policy.verify] : policy.policy]), "Delete")
    error_message = "Nothing of a release is deleted by a workflow."
  }

  assert {
    condition = [for policy in [aws_iam_role_policy.release, aws_iam_role_policy.promote] : flatten([
      for statement in jsondecode(policy.policy).Statement : statement.Resource if statement.Action == "s3:PutObject"])] == [
      ["arn:aws:s3:::devopsify-development-artifacts-123456789012/*"],
      ["arn:aws:s3:::devopsify-production-artifacts-123456789012/*", "arn:aws:s3:::devopsify-staging-artifacts-123456789012/*"],
    ]
    error_message = "A release writes to development alone, a promotion to those after it."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.verify.policy, "Put") && !strcontains(aws_iam_role_policy.verify.policy, "s3:")
    error_message = "Who verifies reads images."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"])
    error_message = "The token must be made for AWS."
  }

  assert {
    condition     = alltrue([for key, attachment in aws_iam_role_policy_attachment.plan : attachment.policy_arn == "arn:aws:iam::aws:policy/ReadOnlyAccess"])
    error_message = "A plan reads."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.plan["staging"].policy).Statement[1].Resource == "arn:aws:s3:::devopsify-terraform-123456789012/staging/terraform.tfstate.tflock"
    error_message = "A plan writes nothing but its own lock."
  }
}

# Statements are found by their Sid: their order says nothing.
run "apply" {
  assert {
    condition = alltrue([for policy in aws_iam_role_policy.apply : alltrue([for statement in jsondecode(policy.policy).Statement :
      try(statement.Condition.StringEquals["iam:PermissionsBoundary"], null) == aws_iam_policy.boundary.arn
      if length(setintersection(["iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:*"], flatten([statement.Action]))) > 0
    ])])
    error_message = "An apply makes and grants roles within the boundary only."
  }

  assert {
    condition = alltrue([for policy in aws_iam_role_policy.apply : alltrue([for statement in jsondecode(policy.policy).Statement :
      !anytrue([for action in flatten([statement.Action]) : strcontains(action, "DeleteRolePermissionsBoundary") || strcontains(action, "*")])
    ])])
    error_message = "An apply takes no boundary away."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.apart["staging"].policy).Statement : statement.Condition.StringEquals["aws:ResourceTag/Environment"] if statement.Sid == "NothingOfOthers"] == [["development", "production"]]
    error_message = "An apply of one environment touches nothing of another."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : contains(try(statement.NotAction, ["iam:*"]), "iam:*")])
    error_message = "Within the boundary nobody makes rights."
  }
}

run "any_repository" {
  command = plan

  variables {
    repository = "example/*"
  }

  expect_failures = [var.repository]
}
