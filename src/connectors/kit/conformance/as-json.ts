/** Items as fixtures write them: moments and large numbers as text, bytes as Node writes them. */
export function asJson(items: unknown): unknown {
  return JSON.parse(
    JSON.stringify(items, (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    ),
  ) as unknown;
}
