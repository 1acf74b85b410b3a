output "id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Where pods run."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
  # A node that starts before its way out exists cannot pull an image.
  depends_on = [aws_route.private]
}

output "private_cidrs" {
  description = "The addresses of pods."
  value       = [for zone in var.zones : aws_subnet.private[zone].cidr_block]
}

output "database_subnet_ids" {
  description = "Where the database runs, without a route out of the network."
  value       = [for zone in var.zones : aws_subnet.database[zone].id]
}

output "nat_addresses" {
  description = "The addresses that others see when the store calls them, a zone's each."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}
