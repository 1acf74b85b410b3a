# PostgreSQL 18, reachable from the pods' subnets only, restorable to any second of the last days.

module "key" {
  source = "../kms"

  name        = "${var.name}-database"
  description = "Storage, snapshots, master password, logs and alarms of the database of ${var.name}"
  services = {
    "cloudwatch.amazonaws.com" = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    "events.rds.amazonaws.com" = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    "logs.${var.region}.amazonaws.com" = {
      ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.region}:${var.account_id}:log-group:${local.log_group}/*" }
    }
  }
}

locals {
  log_group = "/aws/rds/instance/${var.name}"
  logs      = toset(["postgresql", "upgrade"])
}

# RDS would make them by itself, without an end and without a key; slow statements in them carry customers' data.
resource "aws_cloudwatch_log_group" "this" {
  for_each = local.logs

  name              = "${local.log_group}/${each.key}"
  retention_in_days = 365
  kms_key_id        = module.key.arn
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "PostgreSQL, from the private subnets"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "postgresql" {
  for_each = { for index, cidr in var.client_cidrs : tostring(index) => cidr }

  security_group_id = aws_security_group.this.id
  description       = "PostgreSQL from pods"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-18"
  family      = "postgres18"
  description = "PostgreSQL 18 of ${var.name}"

  parameter {
    name         = "rds.force_ssl"
    value        = "1"
    apply_method = "pending-reboot"
  }

  parameter {
    name         = "max_connections"
    value        = tostring(var.max_connections)
    apply_method = "pending-reboot"
  }

  # In milliseconds. The store ends a statement after four seconds; what takes one is worth a look.
  parameter {
    name         = "log_min_duration_statement"
    value        = "1000"
    apply_method = "pending-reboot"
  }

  # Without what a slow statement was given, and without the row that an error is about: both may be the customers' data.
  parameter {
    name         = "log_parameter_max_length"
    value        = "0"
    apply_method = "pending-reboot"
  }

  parameter {
    name         = "log_error_verbosity"
    value        = "terse"
    apply_method = "pending-reboot"
  }

  # DDL alone: what other statements carry is the customers' data.
  parameter {
    name         = "log_statement"
    value        = "ddl"
    apply_method = "pending-reboot"
  }
}

resource "aws_iam_role" "monitoring" {
  name                 = "${var.name}-database-monitoring"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_293:Each environment's value decides, and a check holds production to it
  identifier = var.name

  engine                     = "postgres"
  engine_version             = "18"
  auto_minor_version_upgrade = true
  instance_class             = var.instance_class
  parameter_group_name       = aws_db_parameter_group.this.name
  ca_cert_identifier         = "rds-ca-rsa2048-g1"

  allocated_storage     = var.storage_gb
  max_allocated_storage = var.max_storage_gb
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = module.key.arn

  db_name  = "devopsify"
  username = "devopsify"
  # RDS makes the password, keeps it in Secrets Manager and changes it every week; it is in no state.
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = module.key.arn
  iam_database_authentication_enabled = true

  multi_az               = var.multi_az
  publicly_accessible    = false
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]

  # With backups, RDS keeps the log too: any second of these days can be restored.
  backup_retention_period   = var.backup_days
  backup_window             = "01:00-02:00"
  maintenance_window        = "sun:02:30-sun:03:30"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = var.disposable
  deletion_protection       = !var.disposable
  skip_final_snapshot       = var.disposable
  final_snapshot_identifier = "${var.name}-final"

  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = module.key.arn
  performance_insights_retention_period = 7
  enabled_cloudwatch_logs_exports       = local.logs

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy_attachment.monitoring]
}
