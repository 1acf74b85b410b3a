# Repositories of images: scanned when they come, under tags that never move. Nothing expires: signatures and attestations are
# kept beside an image without a tag, so a rule for what has none would end them, and with them every way back to their image.

module "key" {
  source = "../kms"

  name        = "${var.name}-registry"
  description = "Images of ${var.name}"
}

resource "aws_ecr_repository" "this" {
  for_each = var.images

  name                 = "${var.name}/${each.key}"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = module.key.arn
  }
}
