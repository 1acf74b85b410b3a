# What wakes somebody: the database's own limits, which the store's metrics cannot see coming.

locals {
  gibibyte = 1024 * 1024 * 1024

  alarms = {
    cpu = {
      metric = "CPUUtilization", comparison = "GreaterThanThreshold", threshold = 80
      says   = "The database has used more than 80 % of its processors for 15 minutes"
    }
    memory = {
      metric = "FreeableMemory", comparison = "LessThanThreshold", threshold = local.gibibyte / 4
      says   = "The database has had less than 256 MiB of memory left for 15 minutes"
    }
    storage = {
      metric = "FreeStorageSpace", comparison = "LessThanThreshold", threshold = var.storage_gb * local.gibibyte / 20
      says   = "The database's storage is 95 % full: it has reached its maximum, or grows faster than RDS lets it"
    }
    connections = {
      metric = "DatabaseConnections", comparison = "GreaterThanThreshold", threshold = floor(var.max_connections * 0.8)
      says   = "The database has used 80 % of its connections for 15 minutes"
    }
  }
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = module.key.arn
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for service in ["cloudwatch", "events.rds"] : {
      Sid       = "By${replace(title(replace(service, ".", " ")), " ", "")}"
      Effect    = "Allow"
      Principal = { Service = "${service}.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "mail" {
  for_each = var.alarm_addresses

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-database-${each.key}"
  alarm_description   = each.value.says
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this.identifier }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# What no metric tells: that RDS took it down, moved it to another zone or wants to change it. It backs up what is available only.
resource "aws_db_event_subscription" "this" {
  name             = "${var.name}-database"
  sns_topic        = aws_sns_topic.alarms.arn
  source_type      = "db-instance"
  source_ids       = [aws_db_instance.this.identifier]
  event_categories = ["availability", "deletion", "failover", "failure", "low storage", "maintenance", "notification", "recovery"]

  depends_on = [aws_sns_topic_policy.alarms]
}
