/** An amount of money as the API shows it: a decimal string and an ISO 4217 code. */
export interface Money {
  amount: string;
  currency: string;
}

/** The money of two columns, or null where there is none. */
export function moneyOf(amount: string | null, currency: string | null): Money | null {
  if (amount === null || currency === null) return null;
  const [whole = '0', fraction = ''] = amount.split('.');
  // at least two digits after the point, the way money is written
  const digits = fraction.replace(/0+$/, '').padEnd(2, '0');
  return { amount: `${whole}.${digits}`, currency };
}
