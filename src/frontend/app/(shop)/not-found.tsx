// A product or category that does not exist, inside the shop's frame.
import { NotFoundMessage } from '@/components/ui/not-found-message';

export const metadata = { title: 'Not found' };

export default function ShopNotFound() {
  return <NotFoundMessage />;
}
