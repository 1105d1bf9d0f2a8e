/** `{"contrast.level": "AA"}` as `{contrast: {level: "AA"}}`. */
export function nested(flat: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of flat) {
    const parts = key.split(".");
    const last = parts.pop();
    if (last === undefined) continue;
    let at = result;
    for (const part of parts) at = (at[part] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return result;
}
