import { batchOperations } from '../shared/operations/batches';
import { operations } from '../shared/operations';

/** Every operation that the sandbox answers. */
export const served = [...operations, ...batchOperations];
