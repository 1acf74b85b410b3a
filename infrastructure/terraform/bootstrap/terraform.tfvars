# To be set.
region            = "eu-central-1"
github_repository = "example/devopsify"
github_subject    = "example@1234/devopsify@5678"
