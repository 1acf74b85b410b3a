'use client';
// A page of the shop that failed; the frame around it stays.
import { ErrorMessage } from '@/components/ui/error-message';

export default function ShopError() {
  // A whole reload, not a partial render: the edge answers only whole pages.
  return <ErrorMessage retry={() => window.location.reload()} />;
}
