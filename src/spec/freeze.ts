/** The same plain data, frozen through and through. Stops at what is frozen already. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) {
    if (typeof value[0] === "object") for (const part of value) deepFreeze(part);
    return value;
  }
  for (const key in value) deepFreeze(value[key]);
  return value;
}
