/** Chromium without a window, driven by the playwright-core that n8n brings along. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { loadFromN8n } from './installation';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Of playwright-core's interfaces what is used here. */
export interface Locator {
	click(options?: object): Promise<void>;
	dblclick(): Promise<void>;
	hover(): Promise<void>;
	fill(text: string): Promise<void>;
	press(key: string): Promise<void>;
	check(): Promise<void>;
	selectOption(choice: string | { label: string }): Promise<unknown>;
	waitFor(options?: { state?: string; timeout?: number }): Promise<void>;
	scrollIntoViewIfNeeded(): Promise<void>;
	textContent(): Promise<string | null>;
	allTextContents(): Promise<string[]>;
	innerText(): Promise<string>;
	count(): Promise<number>;
	isVisible(): Promise<boolean>;
	screenshot(options?: object): Promise<Buffer>;
	locator(selector: string, options?: { hasText?: string | RegExp }): Locator;
	getByText(text: string | RegExp, options?: { exact?: boolean }): Locator;
	first(): Locator;
	last(): Locator;
	nth(index: number): Locator;
}

export interface Page {
	goto(url: string): Promise<unknown>;
	reload(): Promise<unknown>;
	locator(selector: string, options?: { hasText?: string | RegExp }): Locator;
	getByText(text: string | RegExp, options?: { exact?: boolean }): Locator;
	getByLabel(text: string | RegExp): Locator;
	getByTestId(id: string): Locator;
	getByRole(role: string, options?: { name?: string | RegExp; exact?: boolean }): Locator;
	waitForTimeout(ms: number): Promise<void>;
	evaluate<T>(expression: string): Promise<T>;
	screenshot(options?: object): Promise<Buffer>;
	addStyleTag(style: { content: string }): Promise<unknown>;
	setViewportSize(size: { width: number; height: number }): Promise<void>;
	on(event: 'request', hear: (request: { url(): string }) => void): void;
	on(event: 'pageerror', hear: (error: Error) => void): void;
	on(event: 'console', hear: (message: { type(): string; text(): string }) => void): void;
	keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
	mouse: {
		click(x: number, y: number): Promise<void>;
		move(x: number, y: number): Promise<void>;
		wheel(x: number, y: number): Promise<void>;
	};
}

export interface Browser {
	newPage(options?: object): Promise<Page>;
	close(): Promise<void>;
}

/** Where Chromium is; undefined: nowhere. */
export const chromium = (process.env.PATH ?? '')
	.split(delimiter)
	.flatMap((folder) => NAMES.map((name) => join(folder, name)))
	.find((file) => existsSync(file));

export async function launchBrowser(): Promise<Browser> {
	if (!chromium) throw new Error('There is no Chromium (Debian and Ubuntu: the package chromium)');
	const playwright = loadFromN8n('playwright-core') as {
		chromium: { launch(options: object): Promise<Browser> };
	};
	// Chromium refuses its sandbox to root; it opens nothing but what runs here.
	const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
	return await playwright.chromium.launch({ executablePath: chromium, args });
}

/** Tests in a browser; without one they are skipped, and say so. */
export function describeInBrowser(name: string, tests: () => void): void {
	if (chromium) describe(name, tests);
	else describe.skip(`${name} (skipped: there is no Chromium)`, tests);
}
