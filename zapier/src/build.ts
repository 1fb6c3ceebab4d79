/**
 * For whom the app was built: `development` talks to any address, such as that of the sandbox;
 * `private` and `public` to Enrich alone. The build script fills it in.
 */
export const BUILD = process.env.ENRICH_ZAPIER_BUILD ?? 'development';

export const isDevelopment = BUILD === 'development';
/** Zapier refuses what only a private build has in apps for everybody. */
export const isPrivate = BUILD === 'private';
