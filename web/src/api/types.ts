import type { components } from './schema';

type Schemas = components['schemas'];

export type Money = Schemas['Money'];
export type Problem = Schemas['Problem'];
export type Product = Schemas['Product'];
export type ProductSummary = Schemas['ProductSummary'];
export type ProductPage = Schemas['ProductPage'];
export type Variant = Schemas['Variant'];
export type ProductKind = Schemas['ProductKind'];
export type AvailabilityStatus = Schemas['AvailabilityStatus'];
export type SkuAvailability = Schemas['SkuAvailability'];
export type FacetValue = Schemas['FacetValue'];
export type Category = Schemas['Category'];
export type Account = Schemas['Account'];
export type Session = Schemas['Session'];
export type PricedBasket = Schemas['PricedBasket'];
export type Address = Schemas['Address'];
export type PaymentSession = Schemas['PaymentSession'];
export type PurchaseRequest = Schemas['PurchaseRequest'];
export type Purchase = Schemas['Purchase'];
export type PurchaseSummary = Schemas['PurchaseSummary'];
export type PurchaseLine = Schemas['PurchaseLine'];
export type PurchaseStatus = Schemas['PurchaseStatus'];
export type TimelineEntry = Schemas['TimelineEntry'];
export type ProcessView = Schemas['ProcessView'];
export type OwnedProduct = Schemas['OwnedProduct'];
export type TokenResponse = Schemas['TokenResponse'];
