output "host" {
  description = "The database's host, on port 5432."
  value       = aws_db_instance.this.address
}

output "secret_arn" {
  description = "The managed secret, JSON with `username` and `password`."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "key_arn" {
  description = "The key of the managed secret."
  value       = module.key.arn
}

output "alarms_topic_arn" {
  description = "Where alarms are told."
  value       = aws_sns_topic.alarms.arn
}

output "protection" {
  description = "What keeps the data, for tests of the environments."
  value = {
    public              = aws_db_instance.this.publicly_accessible
    encrypted           = aws_db_instance.this.storage_encrypted
    multi_az            = aws_db_instance.this.multi_az
    deletion_protection = aws_db_instance.this.deletion_protection
    final_snapshot      = !aws_db_instance.this.skip_final_snapshot
    backup_days         = aws_db_instance.this.backup_retention_period
  }
}
