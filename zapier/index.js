// The Zapier CLI packs a CommonJS app from here, whatever `main` says; `npm run build` writes dist/.
module.exports = require('./dist/index.js').default;
