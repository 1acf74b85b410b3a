# The database is private, encrypted, over TLS, without a password in the state, and watched.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                 = "devopsify-test"
  region               = "eu-central-1"
  account_id           = "123456789012"
  permissions_boundary = "arn:aws:iam::123456789012:policy/github/devopsify-boundary"
  vpc_id               = "vpc-1"
  subnet_ids           = ["subnet-1", "subnet-2", "subnet-3"]
  client_cidrs         = ["10.0.32.0/19", "10.0.64.0/19", "10.0.96.0/19"]
  instance_class       = "db.t4g.medium"
  storage_gb           = 20
  max_storage_gb       = 100
  multi_az             = true
  backup_days          = 35
  max_connections      = 100
  alarm_addresses      = ["operations@example.com"]
  disposable           = false
}

run "database" {
  assert {
    condition     = startswith(aws_db_instance.this.engine_version, "18") && aws_db_parameter_group.this.family == "postgres18"
    error_message = "PostgreSQL is 18, as everywhere."
  }

  assert {
    condition     = contains([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1")
    error_message = "PostgreSQL takes connections over TLS only."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "RDS keeps the password, and no state does."
  }

  assert {
    condition     = aws_db_instance.this.iam_database_authentication_enabled && aws_db_instance.this.performance_insights_enabled
    error_message = "IAM authentication and performance insights are on."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.postgresql : rule.from_port == 5432 && rule.to_port == 5432 && rule.ip_protocol == "tcp"])
    error_message = "Port 5432 alone is open."
  }

  assert {
    condition     = aws_db_instance.this.max_allocated_storage > aws_db_instance.this.allocated_storage
    error_message = "Storage grows by itself."
  }

  assert {
    condition     = toset([for group in aws_cloudwatch_log_group.this : group.name]) == toset([for log in aws_db_instance.this.enabled_cloudwatch_logs_exports : "/aws/rds/instance/devopsify-test/${log}"])
    error_message = "Each log that RDS exports has a group with an end and a key."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 4 && alltrue([for alarm in aws_cloudwatch_metric_alarm.this : contains(alarm.alarm_actions, aws_sns_topic.alarms.arn)])
    error_message = "Each alarm tells somebody."
  }

  assert {
    condition     = aws_db_event_subscription.this.sns_topic == aws_sns_topic.alarms.arn && alltrue([for category in ["failover", "failure", "low storage"] : contains(aws_db_event_subscription.this.event_categories, category)])
    error_message = "What happens to the database tells somebody."
  }

  assert {
    condition     = toset([for statement in jsondecode(aws_sns_topic_policy.alarms.policy).Statement : statement.Principal.Service if statement.Condition.StringEquals["aws:SourceAccount"] == "123456789012"]) == toset(["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"])
    error_message = "Alarms and events of this account reach the topic, and nobody else's."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["connections"].threshold == 80
    error_message = "The alarm of connections stands at 80 % of PostgreSQL's limit."
  }
}

run "reachable_from_the_internet" {
  command = plan

  variables {
    client_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.client_cidrs]
}

run "no_backup" {
  command = plan

  variables {
    backup_days = 0
  }

  expect_failures = [var.backup_days]
}

run "no_growth" {
  command = plan

  variables {
    max_storage_gb = 20
  }

  expect_failures = [var.max_storage_gb]
}
