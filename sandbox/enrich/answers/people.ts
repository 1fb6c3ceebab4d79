import type * as operations from '../../../shared/providers/enrich/operations/people';
import { asciiOf } from '../../identity';
import type { SeededRandom } from '../../seededRandom';
import { isNobody } from '../../testValues';
import { type AnswerData, type AnswerRule, asDocumented } from './rule';

const MOST_EMPLOYEES = 60;

/** "https://www.linkedin.com/company/figma/" → "figma" */
const companyIn = (url: string) => url.replace(/\/+$/, '').split('/').at(-1) ?? url;

/** How many work there. */
const staffOf = (company: string, random: SeededRandom) =>
	isNobody(company) ? 0 : 5 + Math.floor(random.roll('staff', company) * (MOST_EMPLOYEES - 5));

function personAt(company: string, index: number, random: SeededRandom) {
	const { person, location } = random.faker('employee', company, index);
	const [first_name, last_name] = [person.firstName(), person.lastName()];
	const slug = `${asciiOf(first_name)}-${asciiOf(last_name)}-${index}`;
	return {
		...{ first_name, last_name, title: person.jobTitle(), country: location.country() },
		linkedin_url: `https://www.linkedin.com/in/${slug}`,
	};
}

export const employeeFinder: AnswerRule<typeof operations.employeeFinder> = {
	label: 'Employee finder',
	answer(call) {
		const { company_linkedin_url, max_results, page, job_level, job_function } = call.input;
		const company = companyIn(company_linkedin_url);
		const total_results = staffOf(company, call.random);
		const first = (page - 1) * max_results;
		const count = Math.max(0, Math.min(max_results, total_results - first));
		const results = Array.from({ length: count }, (_, i) => {
			const { title, country, ...names } = personAt(company, first + i, call.random);
			return {
				...names,
				full_name: `${names.first_name} ${names.last_name}`,
				job_title: title,
				job_level: job_level?.[i % job_level.length] ?? 'Manager',
				job_function: job_function?.[i % job_function.length] ?? 'Engineering',
				job_is_current: true,
				location: { country: call.input.country?.[0] ?? country },
			};
		});
		const total_pages = Math.ceil(total_results / max_results);
		const data: AnswerData<typeof operations.employeeFinder> = {
			...{ company_linkedin_url, max_results, results_length: count, page },
			...{ total_pages, total_results, results },
		};
		return call.isExample
			? { data: asDocumented(call, data), credits: 1, subject: company }
			: { data, credits: count, subject: company };
	},
};

export const waterfallIcpSearch: AnswerRule<typeof operations.waterfallIcpSearch> = {
	label: 'ICP search',
	answer(call) {
		const { company_linkedin_url, cascade, max_results, min_score } = call.input;
		const company = companyIn(company_linkedin_url);
		const levels = cascade?.length ?? 4;
		const found = staffOf(company, call.random);
		const results = Array.from({ length: found }, (_, i) => {
			const { title, country, ...person } = personAt(company, i, call.random);
			return {
				person: { ...person, location: country },
				current_position: { title, company, is_current: true },
				...{ skills: [], education: null, certifications: null },
				score: Math.max(1, 95 - i),
				...{ ranking: i + 1, cascade_level: Math.min(levels - 1, Math.floor(i / 5)) },
				...{ ranking_factors: { current_job: 10 }, what_matched: ['current_job'] },
			};
		})
			.filter(({ score }) => score >= min_score)
			.slice(0, max_results);
		const data: AnswerData<typeof operations.waterfallIcpSearch> = {
			...{ results, total_found: found, total_returned: results.length },
			cascade_stats: Array.from({ length: levels }, (_, level) => {
				const kept = results.filter(({ cascade_level }) => cascade_level === level).length;
				return { level, candidates_found: kept, candidates_kept: kept };
			}),
		};
		return call.isExample
			? { data: asDocumented(call, data), credits: 1, subject: company }
			: { data, credits: results.length, subject: company };
	},
};
