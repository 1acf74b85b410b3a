# The cluster is private, encrypted, logged and in Auto Mode; an API that is open to the world is refused.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                 = "devopsify-test"
  region               = "eu-central-1"
  account_id           = "123456789012"
  permissions_boundary = "arn:aws:iam::123456789012:policy/github/devopsify-boundary"
  kubernetes_version   = "1.35"
  subnet_ids           = ["subnet-1", "subnet-2", "subnet-3"]
  api_cidrs            = []
  administrators       = ["arn:aws:iam::123456789012:role/administrator"]
  addons               = { external-dns = { domainFilters = ["shop.example.com"] } }
  identities = {
    api = { namespace = "devopsify", service_account = "devopsify-api", policy = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

run "private" {
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "The API is private."
  }

  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].resources == toset(["secrets"])
    error_message = "Secrets are encrypted."
  }

  assert {
    condition     = length(aws_eks_cluster.this.enabled_cluster_log_types) == 5
    error_message = "The control plane logs all that it can."
  }

  assert {
    condition     = aws_eks_cluster.this.compute_config[0].enabled && aws_eks_cluster.this.storage_config[0].block_storage[0].enabled && aws_eks_cluster.this.kubernetes_network_config[0].elastic_load_balancing[0].enabled
    error_message = "Auto Mode is on as a whole: EKS takes all three or none."
  }

  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && !aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions
    error_message = "Who administers is listed, and whoever made the cluster is not by that."
  }

  assert {
    condition     = length(aws_eks_access_policy_association.administrator) == 1 && jsondecode(aws_eks_addon.this["external-dns"].configuration_values).domainFilters == ["shop.example.com"]
    error_message = "Administrators and add-ons are there."
  }

  assert {
    condition     = aws_eks_pod_identity_association.this["api"].service_account == "devopsify-api" && jsondecode(aws_iam_role.pod["api"].assume_role_policy).Statement[0].Condition.StringEquals["aws:RequestTag/kubernetes-service-account"] == "devopsify-api"
    error_message = "The service account has its role, and nobody else takes it."
  }
}

run "listed" {
  variables {
    api_cidrs = ["203.0.113.0/24"]
  }

  assert {
    condition     = output.public_api_cidrs == toset(["203.0.113.0/24"])
    error_message = "The API is reached from the listed networks."
  }
}

run "open_to_the_world" {
  command = plan

  variables {
    api_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.api_cidrs]
}

run "old_kubernetes" {
  command = plan

  variables {
    kubernetes_version = "1.33"
  }

  expect_failures = [var.kubernetes_version]
}
