// Of packaged.js, which scripts/built-yaml.mjs makes of presets/ and src/cost/tables/.

/** What each YAML file of the package holds, as JSON, by its path from the package's root. */
export const VALUES: Readonly<Record<string, string>>;

/** Text of each preset of hardware and of models, by its path from the package's root. */
export const TEXTS: Readonly<Record<string, string>>;

/** SHA-256 of each YAML file, in hexadecimal digits, by its path from the package's root. */
export const SHA256: Readonly<Record<string, string>>;
