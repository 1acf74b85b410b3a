// An address that no page answers; it stands outside the shop's layout and brings the frame itself.
import { ShopFrame } from '@/components/frame/shop-frame';
import { NotFoundMessage } from '@/components/ui/not-found-message';

export const metadata = { title: 'Not found' };

export default function NotFoundPage() {
  return (
    <ShopFrame>
      <NotFoundMessage />
    </ShopFrame>
  );
}
