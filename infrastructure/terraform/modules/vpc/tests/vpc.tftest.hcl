# Subnets lie where they should, the database has no way out, and a network that would not do is refused.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name            = "devopsify-test"
  region          = "eu-central-1"
  cidr            = "10.0.0.0/16"
  zones           = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  nat_per_zone    = true
  logs_bucket_arn = "arn:aws:s3:::devopsify-test-logs"
}

run "subnets" {
  assert {
    condition     = [for zone in var.zones : aws_subnet.public[zone].cidr_block] == ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]
    error_message = "Public subnets are the first /24s."
  }

  assert {
    condition     = [for zone in var.zones : aws_subnet.database[zone].cidr_block] == ["10.0.3.0/24", "10.0.4.0/24", "10.0.5.0/24"]
    error_message = "Database subnets follow the public ones."
  }

  assert {
    condition     = output.private_cidrs == ["10.0.32.0/19", "10.0.64.0/19", "10.0.96.0/19"]
    error_message = "Private subnets are /19s."
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.public : subnet.tags["kubernetes.io/role/elb"] == "1" && subnet.map_public_ip_on_launch != true])
    error_message = "Load balancers find the public subnets, and nothing in them gets an address by itself."
  }

  assert {
    condition     = alltrue([for association in aws_route_table_association.database : association.route_table_id == aws_route_table.database.id]) && length(aws_route_table.database.route) == 0
    error_message = "The database has no way out."
  }

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_flow_log.this.log_destination_type == "s3"
    error_message = "All traffic is logged to S3."
  }
}

run "one_nat" {
  variables {
    nat_per_zone = false
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(distinct([for route in aws_route.private : route.nat_gateway_id])) == 1
    error_message = "All zones go out through one gateway."
  }
}

run "small_network" {
  command = plan

  variables {
    cidr = "10.0.0.0/24"
  }

  expect_failures = [var.cidr]
}

run "two_zones" {
  command = plan

  variables {
    zones = ["eu-central-1a", "eu-central-1b", "eu-central-1a"]
  }

  expect_failures = [var.zones]
}
