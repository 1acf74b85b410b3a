'use client';
// What is wrong with a form as a whole; what is wrong with a field stands beside it.
import { Alert } from '@/components/ui/alert';
import type { Refusal } from '@/lib/account/refusal';

export function FormTrouble({ refusal: { text, fields } }: { refusal: Refusal }) {
  const count = Object.keys(fields).length;
  if (text) return <Alert tone="trouble">{text}</Alert>;
  if (count > 1) return <Alert tone="trouble" title={`${count} fields need a look`} />;
  return null;
}
