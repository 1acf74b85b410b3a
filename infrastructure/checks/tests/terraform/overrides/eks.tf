# What moto lacks of EKS: its service network, Auto Mode, access entries, add-ons, and Pod Identity.
resource "aws_eks_cluster" "this" {
  kubernetes_network_config {}

  dynamic "access_config" {
    for_each = []
    content {}
  }

  dynamic "compute_config" {
    for_each = []
    content {}
  }

  dynamic "storage_config" {
    for_each = []
    content {}
  }

  dynamic "upgrade_policy" {
    for_each = []
    content {}
  }
}

resource "aws_eks_access_entry" "administrator" {
  for_each = toset([])
}

resource "aws_eks_addon" "this" {
  for_each = {}
}

resource "aws_eks_pod_identity_association" "this" {
  for_each = {}
}
