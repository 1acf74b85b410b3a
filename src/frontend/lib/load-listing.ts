// Loads what a listing page shows, and tells a refusal of the visitor's filters from a failure of the system.
import { listProducts, type ProductList } from '@/lib/api/catalog';
import { isRefusal } from '@/lib/api/errors';
import { type Listing, listingQuery } from '@/lib/listing';

/**
 * `null` means that the API refuses these filters: the address was edited by hand, or a cursor is out of date.
 * A category page gives its own category as `within`; every failure throws, so that the answer is a 5xx.
 */
export async function loadListing(
  listing: Listing,
  currency: string,
  within?: string,
): Promise<ProductList | null> {
  const query = listingQuery(listing, currency);
  if (!query) return null;
  try {
    return await listProducts({ ...query, category: within ?? query.category });
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
