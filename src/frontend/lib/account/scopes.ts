// What a token can be allowed, in words.
import type { Scope } from '@/lib/api/security';

export const SCOPES: Record<Scope, string> = {
  'account:read': 'See your profile, orders and addresses',
  'account:write': 'Change your profile and addresses',
  'catalogue:read': 'See all products, also those not for sale',
  'catalogue:write': 'Change products, prices and pictures',
  'stock:write': 'Move stock',
  'orders:read': 'See everybody’s orders',
  'orders:write': 'Ship and cancel everybody’s orders',
  'refunds:write': 'Give money back for everybody’s orders',
  'customers:read': 'See customers',
  'staff:write': 'Say who is staff',
  'audit:read': 'See who changed what',
};
