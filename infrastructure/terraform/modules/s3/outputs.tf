output "name" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.bucket
  # Who writes to the bucket must wait for the policy that lets it.
  depends_on = [aws_s3_bucket_policy.this]
}

output "arn" {
  description = "The bucket's ARN."
  value       = aws_s3_bucket.this.arn
  depends_on  = [aws_s3_bucket_policy.this]
}
