# Development: everything there is, as small as it goes, and without protection.

environment = "development"
region      = "eu-central-1"
cidr        = "10.10.0.0/16"
zones       = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
disposable  = true

nat_per_zone       = false
kubernetes_version = "1.35"

database = {
  instance_class  = "db.t4g.medium"
  storage_gb      = 20
  max_storage_gb  = 50
  multi_az        = false
  backup_days     = 1
  max_connections = 100
}

# To be set.
account_id      = "123456789012"
domain          = "development.example.com"
api_cidrs       = ["203.0.113.0/24"]
administrators  = ["arn:aws:iam::123456789012:role/administrator"]
alarm_addresses = []
