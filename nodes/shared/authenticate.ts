import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	IHttpRequestOptions,
} from 'n8n-workflow';
import type { Provider } from '../../shared/contract/provider';
import { isOwnHost } from '../../shared/http/connection';

/** A credential's `authenticate`: adds the key, and only to requests that go to its own host. */
export const authenticateWith =
	(auth: Provider['auth'], { name }: Provider['words']): IAuthenticate =>
	async (
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const connection = auth.toConnection(credentials);
		const isRelative = !/^https?:\/\//i.test(request.url);
		const url = isRelative
			? `${connection.baseUrl}/${request.url.replace(/^\/+/, '')}`
			: request.url;
		if (!isOwnHost(url, connection)) {
			throw new Error(`The ${name} API key is only sent to the base URL of its credential.`);
		}
		return {
			...request,
			url,
			baseURL: undefined,
			// A redirect could carry the key to another host; n8n's older helpers know the second name.
			disableFollowRedirect: true,
			...{ followRedirect: false },
			headers: { ...request.headers, ...auth.headers(connection) },
		};
	};
