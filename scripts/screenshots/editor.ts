/** n8n's editor, as somebody uses it. */
import type { Sandbox } from '../../sandbox/server';
import type { WorkflowJson } from '../../testkit/n8nEngine';
import type { Browser, Locator, Page } from '../../test/e2e/support/browser';
import { exampleOf } from '../../test/e2e/support/examples';
import type { Owner } from '../../test/e2e/support/n8nApi';
import type { N8nServer } from '../../test/e2e/support/n8nServer';

const SIZE = { width: 1280, height: 760 };
/** Of a canvas with one row of nodes. */
export const WIDE = { width: 1280, height: 500 };
/** What a run, or the start of the editor, may take. */
const RUN_MS = 120_000;
/** How long the editor takes to show what has changed. */
const SETTLED_MS = 700;
/** What says nothing about the workflow: side bar, hints, offers, and what moves. */
const QUIET = `
	*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
	#sidebar, [data-test-id=main-sidebar], .vue-flow__minimap, [data-test-id^=ask-assistant],
	.el-notification, [data-test-id=canvas-controls], [data-test-id=canvas-chat], [class*=nodeButtonsWrapper] { display: none !important; }
`;

interface World {
	browser: Browser;
	n8n: N8nServer;
	sandbox: Sandbox;
	/** Of the credentials, by their type. */
	ids: Record<string, string>;
}

export class Editor {
	private constructor(
		readonly page: Page,
		private readonly world: World,
	) {}

	static async logIn(world: World, { email, password }: Owner): Promise<Editor> {
		const page = await world.browser.newPage({ viewport: SIZE, colorScheme: 'light' });
		await page.goto(`${world.n8n.url}/signin`);
		await page.locator('input[name=emailOrLdapLoginId]').fill(email);
		await page.locator('input[type=password]').fill(password);
		await page.keyboard.press('Enter');
		await page.locator('[data-test-id=main-sidebar], #sidebar').first().waitFor();
		return new Editor(page, world);
	}

	get sandbox(): Sandbox {
		return this.world.sandbox;
	}

	/** Of a node that uses Enrich. */
	get credentials(): object {
		return {
			credentials: { enrichApi: { id: this.world.ids.enrichApi, name: 'Enrich account' } },
		};
	}

	/** Saves the workflow and opens it, so that all of it is seen. */
	async open(workflow: WorkflowJson, size = SIZE): Promise<void> {
		const { n8n } = this.world;
		await this.page.setViewportSize(size);
		const { id } = await n8n.api.createWorkflow({ settings: {}, ...workflow });
		await this.page.goto(`${n8n.url}/workflow/${id}`);
		await this.onCanvas().first().waitFor({ timeout: RUN_MS });
		await this.page.addStyleTag({ content: QUIET });
		await this.fit();
	}

	async openExample(file: string, size = SIZE): Promise<void> {
		await this.open(exampleOf(file, this.world.ids), size);
	}

	/** What a node has that n8n's editor makes. */
	node(name: string, type: string, position: [number, number]) {
		return { id: name, name, type, typeVersion: 1, position, parameters: {} };
	}

	/** n8n's key for "zoom to fit". */
	async fit(): Promise<void> {
		await this.page.keyboard.press('1');
		await this.settle();
	}

	/** Resolves when the run is over. */
	async execute(): Promise<void> {
		await this.page.locator('[data-test-id=execute-workflow-button]').first().click();
		await this.notified();
	}

	/** Opens a node's panel. */
	async enter(name: string): Promise<void> {
		await this.onCanvas(name).dblclick();
		await this.page.locator('[data-test-id=ndv], [data-test-id=node-parameters]').first().waitFor();
		await this.settle();
	}

	/** In a node's panel; resolves when the run is over. */
	async executeStep(): Promise<void> {
		await this.page.locator('[data-test-id=node-execute-button]').first().click();
		await this.notified();
	}

	async take(path: string): Promise<void> {
		await this.page.mouse.move(0, 0);
		await this.settle();
		await this.page.screenshot({ path });
	}

	private async settle(): Promise<void> {
		await this.page.waitForTimeout(SETTLED_MS);
	}

	/** n8n says when a run is over, and whether it failed; the pictures do not show that. */
	private async notified(): Promise<void> {
		const told = this.page.locator('.el-notification');
		await told.first().waitFor({ state: 'attached', timeout: RUN_MS });
		await this.settle();
	}

	private onCanvas(name?: string): Locator {
		const which = name === undefined ? '' : `[data-node-name=${JSON.stringify(name)}]`;
		return this.page.locator(`[data-test-id=canvas-node]${which}`);
	}
}
