// What a token can be allowed, in words, and what is worth offering to each role. The API decides what is granted.
import type { Role } from '@/lib/api/account';
import type { Scope } from '@/lib/api/security';

export const SCOPES: Record<Scope, string> = {
  'account:read': 'See your profile, orders and addresses',
  'account:write': 'Change your profile and addresses',
  'catalogue:read': 'See all products, also those not for sale',
  'catalogue:write': 'Change products, prices and pictures',
  'stock:write': 'Move stock',
  'orders:read': 'See everybody’s orders',
  'orders:write': 'Ship everybody’s orders',
  'customers:read': 'See customers',
  'staff:write': 'Say who is staff',
  'audit:read': 'See who changed what',
};

const OWN: Scope[] = ['account:read', 'account:write'];

const OFFERED: Record<Role, Scope[]> = {
  customer: OWN,
  support: [...OWN, 'orders:read', 'orders:write', 'customers:read'],
  catalogue_manager: [...OWN, 'catalogue:read', 'catalogue:write', 'stock:write'],
  administrator: Object.keys(SCOPES) as Scope[],
};

export const scopesFor = (role: Role): Scope[] => OFFERED[role];
