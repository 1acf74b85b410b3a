key = "staging/terraform.tfstate"
