key = "production/terraform.tfstate"
