# Production: a zone may fail, nothing is deleted by mistake, and any second of the last five weeks can be restored.

environment = "production"
region      = "eu-central-1"
cidr        = "10.30.0.0/16"
zones       = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
disposable  = false

nat_per_zone       = true
kubernetes_version = "1.35"

database = {
  instance_class  = "db.m7g.large"
  storage_gb      = 100
  max_storage_gb  = 1000
  multi_az        = true
  backup_days     = 35
  max_connections = 400
}

# To be set. Nobody reaches this cluster's API from the Internet: ArgoCD runs in it, people come by a tunnel.
account_id      = "123456789012"
domain          = "shop.example.com"
api_cidrs       = []
administrators  = ["arn:aws:iam::123456789012:role/administrator"]
alarm_addresses = ["operations@example.com"]
