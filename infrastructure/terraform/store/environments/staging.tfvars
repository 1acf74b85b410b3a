# Staging: what is tried here is what production does, so only sizes differ, and what protects data that nobody needs.

environment = "staging"
region      = "eu-central-1"
cidr        = "10.20.0.0/16"
zones       = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
disposable  = true

nat_per_zone       = false
kubernetes_version = "1.35"

database = {
  instance_class  = "db.t4g.medium"
  storage_gb      = 20
  max_storage_gb  = 100
  multi_az        = true
  backup_days     = 7
  max_connections = 100
}

# To be set.
account_id      = "123456789012"
domain          = "staging.example.com"
api_cidrs       = ["203.0.113.0/24"]
administrators  = ["arn:aws:iam::123456789012:role/administrator"]
alarm_addresses = []
