# What moto lacks of RDS: performance insights.
resource "aws_db_instance" "this" {
  performance_insights_enabled          = false
  performance_insights_kms_key_id       = null
  performance_insights_retention_period = null
}
