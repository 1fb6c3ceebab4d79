// Loads a packed module as n8n does, with its own n8n-workflow found through NODE_PATH, and prints one class.
import { createRequire } from 'node:module';

const [file, className] = process.argv.slice(2);
const exported = createRequire(import.meta.url)(file);
const instance = new exported[className]();
const { name, icon } = instance.description ?? instance;
process.stdout.write(JSON.stringify({ className: exported[className].name, name, icon }));
