// Stands in for `globalThis` in the bundled n8n package, see build.mjs.
export const scope = {};
