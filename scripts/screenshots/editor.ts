/** n8n's editor, as somebody uses it. */
import type { Sandbox } from '../../sandbox/server';
import type { WorkflowJson } from '../../testkit/n8nEngine';
import type { Browser, Locator, Page } from '../../test/e2e/support/browser';
import { exampleOf } from '../../test/e2e/support/examples';
import type { Owner } from '../../test/e2e/support/n8nApi';
import type { N8nServer } from '../../test/e2e/support/n8nServer';

const SIZE = { width: 1280, height: 720 };
/** Of a canvas with one row of nodes. */
export const WIDE = { width: 1280, height: 460 };
/** What says nothing about the workflow: side bar, hints, offers, and what moves. */
const QUIET = `
	*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
	#sidebar, [data-test-id=main-sidebar], [data-test-id=minimap-navigation], .vue-flow__minimap, [data-test-id=ask-assistant-canvas-action-button], [data-test-id=ask-assistant-floating-button], .el-notification, [data-test-id=canvas-controls], [data-test-id=canvas-chat], [data-test-id=canvas-plus-button] { display: none !important; }
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
		readonly world: World,
	) {}

	static async logIn(world: World, { email, password }: Owner): Promise<Editor> {
		const page = await world.browser.newPage({ viewport: SIZE, colorScheme: 'light' });
		await page.goto(`${world.n8n.url}/signin`);
		await page.locator('input[name=emailOrLdapLoginId]').fill(email);
		await page.locator('input[type=password]').fill(password);
		await page.keyboard.press('Enter');
		await page
			.locator(
				'[data-test-id=resources-list-wrapper], [data-test-id=list-empty-state], [data-test-id=add-resource-workflow]',
			)
			.first()
			.waitFor();
		return new Editor(page, world);
	}

	/** Saves the workflow and opens it, so that all of it is seen. */
	async open(workflow: WorkflowJson, size = SIZE): Promise<void> {
		const { n8n } = this.world;
		await this.page.setViewportSize(size);
		const { id } = await n8n.api.createWorkflow({ settings: {}, ...workflow });
		await this.page.goto(`${n8n.url}/workflow/${id}`);
		await this.node().first().waitFor();
		await this.page.addStyleTag({ content: QUIET });
		await this.fit();
	}

	async openExample(file: string, size = SIZE): Promise<void> {
		await this.open(exampleOf(file, this.world.ids), size);
	}

	node(name?: string): Locator {
		const nodes = this.page.locator('[data-test-id=canvas-node]');
		return name === undefined
			? nodes
			: this.page.locator(`[data-test-id=canvas-node][data-node-name=${JSON.stringify(name)}]`);
	}

	/** n8n's key for "zoom to fit". */
	async fit(): Promise<void> {
		await this.page.keyboard.press('1');
		await this.page.waitForTimeout(500);
	}

	/** Resolves when the run is over. */
	async execute(): Promise<void> {
		await this.page.locator('[data-test-id=execute-workflow-button]').first().click();
		await this.page
			.locator('.el-notification__title, .el-notification')
			.first()
			.waitFor({ state: 'attached' });
		await this.page.waitForTimeout(500);
	}

	/** Opens a node's panel. */
	async enter(name: string): Promise<void> {
		await this.node(name).dblclick();
		await this.page.locator('[data-test-id=ndv], [data-test-id=node-parameters]').first().waitFor();
		await this.page.waitForTimeout(500);
	}

	async take(path: string): Promise<void> {
		await this.page.screenshot({ path });
	}
}
