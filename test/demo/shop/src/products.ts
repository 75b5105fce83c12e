export interface Product {
  readonly name: string;
  readonly price: number;
  readonly notes: readonly string[];
}

export const products: readonly Product[] = [
  { name: 'Sencha', price: 9.5, notes: ['Steamed leaves', 'Fresh and grassy', '70 °C, two minutes'] },
  { name: 'Darjeeling', price: 12, notes: ['First flush', 'Muscatel and floral', '90 °C, three minutes'] },
  { name: 'Lapsang', price: 8.2, notes: ['Smoked over pine', 'Dark and sweet', '95 °C, four minutes'] },
];
