# What each role is granted.

locals {
  use_state_key = {
    Sid      = "UseTheStatesKey"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource = var.state_key_arn
  }

  own_roles = { for environment in var.environments : environment => "arn:aws:iam::${var.account_id}:role/${var.name}-${environment}-*" }
  others    = { for environment in var.environments : environment => sort(setsubtract(var.environments, [environment])) }

  log_in = {
    Sid    = "Login"
    Effect = "Allow"
    Action = "ecr:GetAuthorizationToken"
    # The only action on the registry that knows no resource.
    Resource = "*"
  }
  pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"]

  artifacts = { for environment in var.environments : environment => "arn:aws:s3:::${var.name}-${environment}-artifacts-${var.account_id}" }
  # A release writes to the first environment, a promotion to those after it. Neither deletes: old pages ask for old files.
  written = {
    release = [for environment in sort(var.environments) : environment if environment == "development"]
    promote = [for environment in sort(var.environments) : environment if environment != "development"]
  }
  used = {
    release = local.written.release
    promote = sort(var.environments)
  }
  write_artifacts = { for role, environments in local.written : role => [{
    Sid      = "WriteArtifacts"
    Effect   = "Allow"
    Action   = "s3:PutObject"
    Resource = [for environment in environments : "${local.artifacts[environment]}/*"]
    }, {
    Sid       = "ArtifactsKeys"
    Effect    = "Allow"
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = "arn:aws:kms:${var.region}:${var.account_id}:key/*"
    Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = [for environment in local.used[role] : "alias/${var.name}-${environment}-buckets"] } }
  }] }
}

resource "aws_iam_role_policy_attachment" "plan" {
  for_each = var.environments

  role       = aws_iam_role.this["${each.key}-plan"].name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

# A plan reads its own state under a lock. What customers uploaded is no part of it.
resource "aws_iam_role_policy" "plan" {
  for_each = var.environments

  name = "state"
  role = aws_iam_role.this["${each.key}-plan"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [local.use_state_key, {
      Sid      = "Lock"
      Effect   = "Allow"
      Action   = ["s3:PutObject", "s3:DeleteObject"]
      Resource = "${var.state_bucket_arn}/${each.key}/terraform.tfstate.tflock"
      }, {
      Sid         = "NoOtherObject"
      Effect      = "Deny"
      Action      = ["s3:GetObject", "s3:GetObjectVersion"]
      NotResource = "${var.state_bucket_arn}/${each.key}/*"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "apply" {
  for_each = var.environments

  role       = aws_iam_role.this["${each.key}-apply"].name
  policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
}

# PowerUserAccess leaves IAM out: these are the environment's own roles, and the ones that services make for themselves. A role
# that an apply makes or grants something is bounded, so that no apply can raise itself by one.
resource "aws_iam_role_policy" "apply" {
  for_each = var.environments

  name = "roles"
  role = aws_iam_role.this["${each.key}-apply"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "OwnRoles"
      Effect = "Allow"
      Action = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListRoleTags",
        "iam:ListInstanceProfilesForRole", "iam:PassRole", "iam:UpdateRole", "iam:UpdateAssumeRolePolicy", "iam:TagRole",
      "iam:UntagRole", "iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRole"]
      Resource = local.own_roles[each.key]
      }, {
      Sid       = "OwnRolesWithinTheBoundary"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"]
      Resource  = local.own_roles[each.key]
      Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary.arn } }
      }, {
      Sid      = "RolesOfServices"
      Effect   = "Allow"
      Action   = "iam:CreateServiceLinkedRole"
      Resource = "arn:aws:iam::${var.account_id}:role/aws-service-role/*"
    }]
  })
}

# What the roles of environments may be granted at most. It grants nothing by itself.
resource "aws_iam_policy" "boundary" {
  #checkov:skip=CKV_AWS_286:A boundary grants nothing; it bounds what the policies beside it grant
  #checkov:skip=CKV_AWS_287:A boundary grants nothing; it bounds what the policies beside it grant
  #checkov:skip=CKV_AWS_288:A boundary grants nothing; it bounds what the policies beside it grant
  #checkov:skip=CKV_AWS_289:A boundary grants nothing; it bounds what the policies beside it grant
  #checkov:skip=CKV_AWS_290:A boundary grants nothing; it bounds what the policies beside it grant
  #checkov:skip=CKV_AWS_355:A boundary grants nothing; it bounds what the policies beside it grant
  name        = "${var.name}-boundary"
  path        = "/github/"
  description = "The most that roles of environments may do: the services, and of IAM what EKS needs for nodes"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Services"
      Effect    = "Allow"
      NotAction = ["iam:*", "organizations:*", "account:*"]
      Resource  = "*"
      }, {
      Sid    = "Nodes"
      Effect = "Allow"
      Action = ["iam:GetRole", "iam:PassRole", "iam:GetInstanceProfile", "iam:CreateInstanceProfile", "iam:TagInstanceProfile",
        "iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile",
      "iam:CreateServiceLinkedRole"]
      Resource = ["arn:aws:iam::${var.account_id}:role/${var.name}-*", "arn:aws:iam::${var.account_id}:role/aws-service-role/*",
      "arn:aws:iam::${var.account_id}:instance-profile/eks*"]
    }]
  })
}

# The environments share an account. By the tag that each gives all its resources, and by the names of its buckets and states, an
# apply of one keeps away from the others.
resource "aws_iam_role_policy" "apart" {
  for_each = var.environments

  name = "apart"
  role = aws_iam_role.this["${each.key}-apply"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "NothingOfOthers"
      Effect   = "Deny"
      Action   = "*"
      Resource = "*"
      Condition = {
        StringEquals = { "aws:ResourceTag/Environment" = local.others[each.key] }
      }
      }, {
      Sid    = "NoBucketAndNoStateOfOthers"
      Effect = "Deny"
      Action = "s3:*"
      Resource = concat(
        flatten([for other in local.others[each.key] : ["arn:aws:s3:::${var.name}-${other}-*", "${var.state_bucket_arn}/${other}/*"]]),
        ["${var.state_bucket_arn}/bootstrap/*"],
      )
      }, {
      Sid      = "NotWhatAllShare"
      Effect   = "Deny"
      Action   = ["ecr:Batch*Delete*", "ecr:Delete*", "ecr:Put*", "ecr:Set*", "kms:Delete*", "kms:Disable*", "kms:Put*", "kms:Schedule*", "s3:DeleteBucket*", "s3:PutBucket*"]
      Resource = concat(values(var.repository_arns), [var.state_key_arn, var.state_bucket_arn])
    }]
  })
}

# Images to the registry; a release's static files and its list of parts to the first environment's bucket.
resource "aws_iam_role_policy" "release" {
  name = "release"
  role = aws_iam_role.this["release"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([local.log_in, {
      Sid    = "Push"
      Effect = "Allow"
      Action = concat(local.pull, ["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"])

      Resource = values(var.repository_arns)
    }], local.write_artifacts["release"])
  })
}

# The same files from one environment's bucket to the next one's, where they are added to what is there.
resource "aws_iam_role_policy" "promote" {
  name = "promote"
  role = aws_iam_role.this["promote"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid      = "ReadArtifacts"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = [for bucket in local.artifacts : "${bucket}/*"]
      }, {
      Sid      = "ListArtifacts"
      Effect   = "Allow"
      Action   = "s3:ListBucket"
      Resource = values(local.artifacts)
    }], local.write_artifacts["promote"])
  })
}

# Who verifies an image reads it and its signature, and nothing else.
resource "aws_iam_role_policy" "verify" {
  name = "verify"
  role = aws_iam_role.this["verify"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [local.log_in, {
      Sid      = "Pull"
      Effect   = "Allow"
      Action   = local.pull
      Resource = values(var.repository_arns)
    }]
  })
}
