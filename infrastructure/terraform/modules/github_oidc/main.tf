# What workflows may do in AWS, by tokens that GitHub signs for one run: there is no long-lived key.

locals {
  issuer = "token.actions.githubusercontent.com"

  # Who GitHub must say a run is. A pull request of a fork gets no token.
  repository = "repo:${var.subject}"
  main       = "${local.repository}:ref:refs/heads/main"
  # Where workflows push what they propose, by what opens it.
  proposals = [for kind in ["release", "promote", "rollback"] : "${local.repository}:ref:refs/heads/${kind}/*"]

  # A role that writes is for one workflow, as main has it: a branch may rewrite a workflow, and name any environment in it.
  roles = merge(
    { for environment in var.environments : "${environment}-plan" => { subjects = ["${local.repository}:pull_request", local.main], workflow = null } },
    { for environment in var.environments : "${environment}-apply" => { subjects = ["${local.repository}:environment:${environment}"], workflow = "infra" } },
    {
      release = { subjects = [local.main], workflow = "release" }
      promote = { subjects = [local.main], workflow = "promote" }
      verify  = { subjects = concat(["${local.repository}:pull_request", local.main], local.proposals), workflow = null }
    },
  )
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name = "${var.name}-${each.key}"
  # Apart from the environments' own roles, which an apply may change.
  path = "/github/"
  # An apply has an hour and a half, as its job: one that loses its rights half-way leaves a lock behind, and a state of before.
  max_session_duration = endswith(each.key, "-apply") ? 5400 : 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = merge(
          { "${local.issuer}:aud" = "sts.amazonaws.com" },
          each.value.workflow == null ? {} : {
            "${local.issuer}:job_workflow_ref" = "${var.repository}/.github/workflows/${each.value.workflow}.yml@refs/heads/main"
          },
        )
        StringLike = { "${local.issuer}:sub" = each.value.subjects }
      }
    }]
  })
}
