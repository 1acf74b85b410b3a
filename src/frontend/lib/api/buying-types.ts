// The shapes of buying as docs/api-design.md has them, until the generated schema knows them: named as there, so that
// `Schemas['Cart']` becomes `components['schemas']['Cart']` and `BuyingPaths` becomes `paths`.
import type { components } from '@/lib/api/schema';

type Money = components['schemas']['Money'];
type Picture = components['schemas']['Picture'];
type Availability = components['schemas']['Availability'];

/** What is not as it was when the shopper last changed or acknowledged the cart. */
interface CartItemChange {
  previous_price: Money | null;
  previous_quantity: number | null;
}

interface CartItem {
  variant_id: string;
  product_slug: string;
  title: string;
  option_values: string[];
  sku: string | null;
  picture: Picture | null;
  quantity: number;
  unit_price: Money;
  total: Money;
  availability: Availability;
  available_quantity: number;
  changed: CartItemChange | null;
}

interface PendingOrder {
  number: number;
  total: Money;
  expires_at: string;
}

interface Cart {
  id: string;
  currency: string;
  item_count: number;
  items: CartItem[];
  subtotal: Money;
  can_check_out: boolean;
  pending_order: PendingOrder | null;
  updated_at: string;
}

interface NewItem {
  variant_id: string;
  quantity: number;
}

interface AddressField {
  name: 'name' | 'company' | 'line1' | 'line2' | 'postal_code' | 'city' | 'region' | 'phone';
  label: string;
  required: boolean;
  options: { value: string; label: string }[] | null;
  example: string | null;
}

interface Country {
  code: string;
  name: string;
  fields: AddressField[];
}

interface Address {
  name: string;
  company: string | null;
  line1: string;
  line2: string | null;
  postal_code: string | null;
  city: string;
  region: string | null;
  country: string;
  phone: string | null;
}

interface TaxAmount {
  name: string;
  percent: string;
  amount: Money;
}

interface ShippingQuote {
  id: string;
  name: string;
  description: string | null;
  min_days: number;
  max_days: number;
  price: Money;
  free_from: Money | null;
  taxes: TaxAmount[];
  tax: Money;
  total: Money;
}

interface ShippingQuotes {
  items: ShippingQuote[];
  lines: { variant_id: string; unit_price: Money; total: Money }[];
  subtotal: Money;
  prices_include_tax: boolean;
}

interface PlaceOrder {
  cart_id: string;
  email: string;
  shipping_address: Address;
  billing_address: Address | null;
  shipping_method_id: string;
  expected_total: Money;
}

interface OrderLine {
  variant_id: string;
  product_slug: string;
  title: string;
  option_names: string[];
  option_values: string[];
  sku: string | null;
  picture: Picture | null;
  quantity: number;
  unit_price: Money;
  total: Money;
}

interface OrderEvent {
  kind: string;
  at: string;
  data: Record<string, unknown>;
}

interface Order {
  number: number;
  status: 'pending' | 'confirmed' | 'completed' | 'cancelled';
  payment_status: 'unpaid' | 'processing' | 'paid' | 'partially_refunded' | 'refunded' | 'cancelled';
  fulfilment_status: 'unfulfilled' | 'partially_fulfilled' | 'fulfilled';
  placed_at: string;
  expires_at: string | null;
  email: string;
  currency: string;
  lines: OrderLine[];
  subtotal: Money;
  shipping: { name: string; min_days: number; max_days: number; price: Money };
  discount: Money;
  taxes: TaxAmount[];
  tax: Money;
  prices_include_tax: boolean;
  total: Money;
  refunded: Money;
  shipping_address: Address;
  billing_address: Address;
  payment_error: { code: string; message: string } | null;
  can_pay: boolean;
  can_cancel: boolean;
  events: OrderEvent[];
}

interface PaymentStart {
  payment_intent: string;
  client_secret: string;
  amount: Money;
  expires_at: string;
}

/** By what a payment is confirmed; `api_url` is null for Stripe itself. */
interface PaymentProvider {
  publishable_key: string;
  api_url: string | null;
}

export interface Schemas {
  Address: Address;
  AddressField: AddressField;
  Cart: Cart;
  CartItem: CartItem;
  Country: Country;
  Order: Order;
  OrderEvent: OrderEvent;
  OrderLine: OrderLine;
  PaymentProvider: PaymentProvider;
  PaymentStart: PaymentStart;
  PendingOrder: PendingOrder;
  PlaceOrder: PlaceOrder;
  ShippingQuote: ShippingQuote;
  ShippingQuotes: ShippingQuotes;
  Store: components['schemas']['Store'] & { payment: PaymentProvider };
  TaxAmount: TaxAmount;
}

interface Json<Body> {
  content: { 'application/json': Body };
}

interface ById {
  path: { id: string };
}

interface ByLine {
  path: { id: string; variant_id: string };
}

interface ByNumber {
  path: { number: number };
}

export interface BuyingPaths {
  '/api/store': { get: { responses: { 200: Json<Schemas['Store']> } } };
  '/api/carts': { post: { requestBody: Json<{ items: NewItem[] }>; responses: { 201: Json<Cart> } } };
  '/api/carts/{id}': { get: { parameters: ById; responses: { 200: Json<Cart> } } };
  '/api/carts/{id}/items': {
    post: { parameters: ById; requestBody: Json<NewItem>; responses: { 200: Json<Cart> } };
  };
  '/api/carts/{id}/items/{variant_id}': {
    patch: { parameters: ByLine; requestBody: Json<{ quantity: number }>; responses: { 200: Json<Cart> } };
    delete: { parameters: ByLine; responses: { 200: Json<Cart> } };
  };
  '/api/carts/{id}/acknowledgement': { post: { parameters: ById; responses: { 200: Json<Cart> } } };
  '/api/carts/{id}/shipping-methods': {
    get: { parameters: ById & { query: { country: string } }; responses: { 200: Json<ShippingQuotes> } };
  };
  '/api/countries': { get: { responses: { 200: Json<{ items: Country[] }> } } };
  '/api/orders': {
    post: {
      parameters: { header: { 'Idempotency-Key': string } };
      requestBody: Json<PlaceOrder>;
      responses: { 201: Json<Order> };
    };
  };
  '/api/orders/{number}': { get: { parameters: ByNumber; responses: { 200: Json<Order> } } };
  '/api/orders/{number}/payment': {
    post: { parameters: ByNumber; responses: { 200: Json<PaymentStart> } };
  };
  '/api/orders/{number}/cancellation': { post: { parameters: ByNumber; responses: { 200: Json<Order> } } };
}
